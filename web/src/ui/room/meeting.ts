// What the meeting's half of the page is made of: the screen, and the session behind it.

export { Session } from "../../client";
export { RoomScreen } from "./RoomScreen";
