// What every peer connection of a meeting is made with.

/** `relayOnly`: only through the TURN servers among these. */
export function peerConfig(iceServers: RTCIceServer[], relayOnly: boolean): RTCConfiguration {
  return {
    iceServers,
    bundlePolicy: "max-bundle",
    iceTransportPolicy: relayOnly ? "relay" : "all",
  };
}
