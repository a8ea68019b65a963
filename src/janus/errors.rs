//! Why a request to Janus, or the hearing of its events, failed.
//!
//! No error holds a secret or a URL: the poll's URL holds the API secret. Janus's own words are
//! escaped and shortened, since they echo what clients sent.

use std::time::Duration;

/// What went wrong, by what the caller can do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No connection could be made.
    #[error("no connection to Janus: {detail}")]
    Unreachable {
        /// What the transport said.
        detail: String,
    },
    /// A connection that stood broke: what was under way may or may not have been done.
    #[error("the connection to Janus broke: {detail}")]
    Lost {
        /// What the transport said.
        detail: String,
    },
    /// No (whole) answer by the deadline. Janus may still do what was asked.
    #[error("Janus did not answer `{request}` within {after:?}")]
    Timeout {
        /// Which request.
        request: &'static str,
        /// How long it had.
        after: Duration,
    },
    /// Janus does not know the session (code 458), or said that it ends.
    #[error("Janus does not know the session any more")]
    SessionLost,
    /// The secret is wrong or missing (code 403).
    #[error("Janus refuses the API secret")]
    Unauthorised,
    /// The core of Janus said no.
    #[error("Janus refused `{request}`: {reason} (code {code})")]
    Core {
        /// Which request.
        request: &'static str,
        /// `error.code`; 464 to 490 are about SDP and ICE.
        code: u32,
        /// `error.reason`.
        reason: String,
    },
    /// The plugin said no.
    #[error("the plugin refused `{request}`: {reason} (code {code})")]
    Plugin {
        /// Which request.
        request: &'static str,
        /// `error_code`.
        code: u32,
        /// `error`.
        reason: String,
    },
    /// The handle must not be used again: it hung up, was detached, or an earlier message on it was
    /// never answered. Nothing was sent.
    #[error("the handle is not usable any more: {why}")]
    Unusable {
        /// What happened to it.
        why: &'static str,
    },
    /// What Janus said cannot be right.
    #[error("Janus answered nonsense: {detail}")]
    Protocol {
        /// What was wrong.
        detail: String,
    },
}

impl Error {
    /// A [`Error::Protocol`] with foreign text made harmless.
    pub(crate) fn protocol(detail: impl AsRef<str>) -> Self {
        Self::Protocol {
            detail: harmless(detail.as_ref()),
        }
    }

    /// What `{"code":458,"reason":"No such session"}` means.
    pub(crate) fn core(request: &'static str, code: u32, reason: &str) -> Self {
        match code {
            403 => Self::Unauthorised,
            458 => Self::SessionLost,
            _ => Self::Core {
                request,
                code,
                reason: harmless(reason),
            },
        }
    }
}

/// Foreign text for errors and logs: escaped, at most 200 characters.
pub fn harmless(text: &str) -> String {
    text.escape_debug().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_is_escaped_and_short() {
        assert_eq!(harmless("a\r\nb\u{1b}"), "a\\r\\nb\\u{1b}");
        assert_eq!(harmless(&"x".repeat(1000)).len(), 200);
    }
}
