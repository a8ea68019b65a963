//! What every answer of the public listener carries, so that a browser holds the page to what it needs.

use actix_web::http::header::{HeaderName, HeaderValue};

/// Nothing from elsewhere, nothing inline, in nobody's frame.
const CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    connect-src 'self'; media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page asks for these; nothing in it may have others.
const PERMISSIONS: &str = "camera=(self), microphone=(self), display-capture=(self), \
    speaker-selection=(self), screen-wake-lock=(self), fullscreen=(self), picture-in-picture=(self), \
    autoplay=(self), clipboard-write=(self), web-share=(self), geolocation=(), payment=(), usb=(), \
    serial=(), hid=(), midi=(), bluetooth=(), idle-detection=(), browsing-topics=()";

/// Two years (RFC 6797).
const HSTS: &str = "max-age=63072000";

/// The headers. `https`: people come by TLS, with a certificate that others vouch for: then never again
/// without.
pub(super) fn security_headers(https: bool) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let always = [
        ("content-security-policy", CSP),
        ("permissions-policy", PERMISSIONS),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        // Alone in its process: what another page could read of it by the processor's leaks is nothing.
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-embedder-policy", "require-corp"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    let hsts = https.then_some(("strict-transport-security", HSTS));
    always.into_iter().chain(hsts).map(|(name, value)| {
        (
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_demanded_only_where_there_is_some() {
        let has_hsts =
            |https| security_headers(https).any(|(name, _)| name == "strict-transport-security");
        assert!(has_hsts(true));
        assert!(!has_hsts(false));
    }

    #[test]
    fn nothing_inline_and_nothing_from_elsewhere_is_allowed() {
        for unsafe_word in ["unsafe-inline", "unsafe-eval", "http:", "https:", "*"] {
            assert!(!CSP.contains(unsafe_word), "{unsafe_word}");
        }
    }
}
