// Changes what a sender's encoder may do.

/**
 * `change` edits the encodings in place and says whether it did. A negotiation that comes in between
 * makes the browser refuse what was read before it (InvalidModificationError): read again, once.
 */
export async function changeEncodings(
  sender: RTCRtpSender,
  change: (encodings: RTCRtpEncodingParameters[]) => boolean,
): Promise<void> {
  for (let last = false; ; last = true) {
    const parameters = sender.getParameters();
    // Firefox has none before the first negotiation.
    if (!parameters.encodings?.length || !change(parameters.encodings)) return;
    try {
      await sender.setParameters(parameters);
      return;
    } catch (error) {
      if (last) throw error;
    }
  }
}
