// A bare client in a call, as a process of its own: `node raw_guest.mjs URL ROOM`. Says who it is, in
// a line of JSON, and stays.
import { rawCall } from "./raw.mjs";

const [url, room] = process.argv.slice(2);
const guest = await rawCall(url, room, "Guest");
console.log(JSON.stringify({ id: guest.id, call: guest.call }));
