// Sends a number back after the time it was sent with.

self.onmessage = (event: MessageEvent<{ id: number; ms: number }>) => {
  const { id, ms } = event.data;
  setTimeout(() => self.postMessage(id), ms);
};
