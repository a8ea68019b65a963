//! Whether a Janus is fit for use: reached, of a known kind, and closed to strangers.

use serde_json::Value;
use tokio::time::Instant;

use super::client::{Client, random_id};
use super::errors::{Error, harmless};
use super::videoroom::{PLUGIN, VideoRoom};

/// What a look at a Janus found. That the secret is right is in there being a report at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// `1102` is 1.1.2.
    pub version: u64,
    /// `1.1.2`.
    pub version_string: String,
    /// `general: server_name`.
    pub server_name: String,
    /// Whether it takes sessions (not when it is being drained).
    pub accepting: bool,
    /// Whether it noticed a request without the secret. If not, anybody may control it; also when
    /// its configuration could not be parsed.
    pub secret_enforced: bool,
    /// Whether the VideoRoom plugin is loaded.
    pub videoroom: bool,
    /// Whether rooms may have textual ids (`string_ids`).
    pub string_ids: bool,
}

impl Report {
    /// Why this Janus cannot be used, if it cannot.
    pub fn unfit(&self) -> Option<&'static str> {
        if !self.secret_enforced {
            Some("it answers without the API secret: its configuration has none, or was not read")
        } else if !self.videoroom {
            Some("it has no VideoRoom plugin")
        } else if !self.string_ids {
            Some("its VideoRoom plugin has numeric room ids: set `string_ids = true`")
        } else {
            None
        }
    }
}

/// What `info` says, in parts.
pub(crate) fn read_info(info: &Value) -> Result<Report, Error> {
    let text =
        |member: &str| harmless(info.get(member).and_then(Value::as_str).unwrap_or_default());
    Ok(Report {
        version: info
            .get("version")
            .and_then(Value::as_u64)
            .ok_or_else(|| Error::protocol("an info without a version"))?,
        version_string: text("version_string"),
        server_name: text("server-name"),
        accepting: info
            .get("accepting-new-sessions")
            .and_then(Value::as_bool)
            .unwrap_or(true),
        secret_enforced: false,
        videoroom: info
            .get("plugins")
            .and_then(|all| all.get(PLUGIN))
            .is_some(),
        string_ids: false,
    })
}

/// Looks at a Janus: asks for info, makes a session with a handle and destroys it, and tries the same
/// without the secret.
///
/// # Errors
/// `Unauthorised` if the secret is wrong; else of the transport.
pub async fn check(client: &Client, deadline: Instant) -> Result<Report, Error> {
    let mut report = read_info(&client.info(deadline).await?)?;
    report.secret_enforced = secret_enforced(client, deadline).await?;
    let id = random_id();
    let looked = look(client, id, &mut report, deadline).await;
    let cleared = client.destroy(id, deadline).await;
    looked?;
    cleared?;
    Ok(report)
}

async fn look(
    client: &Client,
    id: u64,
    report: &mut Report,
    deadline: Instant,
) -> Result<(), Error> {
    let (session, _events) = client.create(id, deadline).await?;
    match VideoRoom::attach(&session, "check", deadline).await {
        Ok(videoroom) => {
            report.videoroom = true;
            report.string_ids = match videoroom.room_exists("check", deadline).await {
                Ok(_) => true,
                Err(Error::Plugin { .. }) => false,
                Err(error) => return Err(error),
            };
            Ok(())
        }
        Err(Error::Core { code: 460, .. }) => {
            report.videoroom = false;
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Whether a session cannot be made without the secret.
pub(crate) async fn secret_enforced(client: &Client, deadline: Instant) -> Result<bool, Error> {
    let stranger = client.without_secret();
    let id = random_id();
    match stranger.create(id, deadline).await {
        Err(Error::Unauthorised) => Ok(true),
        Err(error) => Err(error),
        Ok(_) => {
            stranger.destroy(id, deadline).await?;
            Ok(false)
        }
    }
}
