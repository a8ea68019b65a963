//! What people may call themselves, as the wire says no to it. Pure.

use super::errors::RequestError;
use crate::names::person;
pub use crate::names::person::is_unwanted;

/// Checks a name and writes it anew ([`person::check`]). Errors: `bad_name`.
pub fn check(name: &str) -> Result<String, RequestError> {
    person::check(name).map_err(|detail| RequestError::BadName { detail })
}
