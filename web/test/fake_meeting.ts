// Browsers that meet without a gateway, each with a real engine: presence, and a relay for their signals.

import { expect, vi } from "vitest";
import { History } from "../src/client/history";
import { LocalMedia } from "../src/client/media";
import { MeshEngine } from "../src/client/mesh";
import type { Answer, PresenceMeta, Requests, Wire } from "../src/client/protocol";
import { Room } from "../src/client/room";
import { FakePeer } from "./fake_peer";
import { HandClock, joinReply } from "./support";

type Signal = Requests["signal"][0];

/** A server that knows presence and relays, each signal after `delay` ms. */
export class Meeting {
  readonly clock = new HandClock();
  readonly people = new Map<string, Person>();
  readonly sent: { from: string; signal: Signal }[] = [];
  delay = 10;
  #coming = 0;

  /** Somebody comes in, at a page of their own; under the id of before it is a reload or a rejoin. */
  async join(id: string, person = new Person(this, id)): Promise<Person> {
    this.#coming += 1;
    person.meta.joined_at = this.#coming;
    this.enter(person);
    await this.clock.advance(this.delay);
    return person;
  }

  enter(person: Person, tellOthers = true): void {
    this.people.set(person.id, person);
    person.online = true;
    person.engine.joined({ ...joinReply({ mode: "mesh" }), participant: person.id });
    if (tellOthers) this.tell();
    else person.engine.present(this.present());
  }

  leave(id: string): void {
    this.people.delete(id);
    this.tell();
  }

  present() {
    return [...this.people.values()].map(({ id, meta }) => ({ id, meta }));
  }

  tell(): void {
    for (const { engine, online } of this.people.values()) {
      if (online) engine.present(this.present());
    }
  }

  async relay(from: Person, signal: Signal): Promise<Answer<unknown>> {
    if (!from.online || from.mute) return { kind: "lost" };
    this.sent.push({ from: from.id, signal });
    if (!this.people.has(signal.to)) return { kind: "error", reason: "not_found", retryMs: null };
    const { to, ...what } = signal;
    this.clock.after(this.delay, () => {
      const there = this.people.get(to);
      if (there?.online) there.engine.hears.signal?.({ from: from.id, ...what });
    });
    return { kind: "ok", response: {} };
  }

  offers(from: string): Signal[] {
    return this.sent
      .filter((one) => one.from === from && one.signal.jsep?.type === "offer")
      .map(({ signal }) => signal);
  }

  /** Everybody has one working connection with everybody else, and nothing went wrong on the way. */
  async allConnected(...ids: string[]): Promise<void> {
    for (const id of ids) {
      const others = ids.filter((other) => other !== id);
      expect(await this.people.get(id)?.legs(), id).toEqual(
        Object.fromEntries(others.map((other) => [other, "connected"])),
      );
      expect(this.people.get(id)?.errors(), id).toEqual([]);
    }
    expect(FakePeer.errors).toEqual([]);
  }
}

export class Person {
  readonly engine: MeshEngine;
  readonly room = new Room();
  readonly history = new History();
  readonly meta = { name: "", joined_at: 0, mic: true, camera: true } as PresenceMeta;
  online = false;
  /** Hears, but is not heard. */
  mute = false;

  constructor(
    meeting: Meeting,
    readonly id: string,
  ) {
    const wire: Wire = {
      ask: (_, payload) =>
        meeting.relay(this, payload as Signal) as Promise<Answer<Requests[never][1]>>,
    };
    this.engine = new MeshEngine({
      wire,
      clock: meeting.clock,
      history: this.history,
      media: new LocalMedia(),
      room: this.room,
      relayOnly: false,
    });
  }

  lose(): void {
    this.online = false;
    this.engine.lost();
  }

  /** The states of one's connections, by participant. */
  async legs(): Promise<Record<string, string>> {
    return Object.fromEntries((await this.engine.stats()).map(({ of, state }) => [of, state]));
  }

  /** Whose connection a track comes from. */
  peer(of: string): FakePeer | undefined {
    const track = this.engine.incoming.value.get(of)?.camera as unknown as { of: FakePeer };
    return track?.of;
  }

  errors(): string[] {
    return this.history
      .list()
      .filter(({ what }) => what === "leg_error" || what === "leg_candidate")
      .map(({ detail }) => String(detail.error));
  }
}

/** A meeting in which nothing has happened yet, of browsers whose connections are fakes. */
export function newMeeting(): Meeting {
  FakePeer.reset();
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  return new Meeting();
}

/** No path between anybody, as ICE sees it some time later. */
export function cutPaths(): void {
  FakePeer.cut = true;
  for (const peer of FakePeer.open()) peer.become("failed");
}
