//! A text that is never shown: passwords and keys, on their way from the settings to the wire.

use std::fmt;

use data_encoding::HEXLOWER;

/// A secret. `Debug` and `Display` say `***`; only [`Secret::expose`] gives it away.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// A new one: 128 random bits in hexadecimal digits, safe in any file, URL or JSON.
    pub fn random() -> Self {
        Self(HEXLOWER.encode(&crate::names::random_bytes::<16>()))
    }

    /// The text itself. Only for the place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_shown_by_formatting() {
        let secret = Secret::random();
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
        assert_eq!(secret.expose().len(), 32);
        assert_ne!(secret, Secret::random());
    }
}
