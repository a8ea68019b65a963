import { describe, expect, test } from "vitest";
import { Invitations, tokenIn } from "../src/ui/invitation";

function storage() {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  };
}

describe("a link with a token", () => {
  test("is one whose fragment says token=", () => {
    expect(tokenIn("#token=a.b-c_d.e")).toBe("a.b-c_d.e");
    expect(tokenIn("#x=1&token=a.b.c")).toBe("a.b.c");
    for (const none of ["", "#", "#token=", "#tokens=a", "#a.b.c"]) {
      expect(tokenIn(none)).toBeNull();
    }
  });

  test("opens its room again after a reload of the tab", () => {
    const kept = storage();
    new Invitations(kept).keep("tea", "a.b.c");
    const reloaded = new Invitations(kept);
    expect(reloaded.of("tea")).toBe("a.b.c");
    expect(reloaded.of("coffee")).toBeUndefined();
  });

  test("is tried at another room that has none of its own", () => {
    const invitations = new Invitations(storage());
    invitations.keep("tea", "for.tea.1");
    invitations.keep("cake", "for.all.2");
    expect(invitations.of("tea")).toBe("for.tea.1");
    expect(invitations.of("coffee")).toBe("for.all.2");
  });

  test("that is newer takes the place of the one before", () => {
    const invitations = new Invitations(storage());
    invitations.keep("tea", "old.old.1");
    invitations.keep("tea", "new.new.1");
    expect(invitations.of("tea")).toBe("new.new.1");
    invitations.keep(null, "any.any.1");
    expect(invitations.of("tea")).toBe("new.new.1");
  });
});
