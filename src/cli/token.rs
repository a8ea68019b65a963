//! `parlour token`: a token for trying and for small installations, and the keys to begin with.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use parlour::config::{Config, Stop};
use parlour::names::person;
use parlour::tokens::check_subject;
use parlour::tokens::claims::{RoomPattern, grant};
use parlour::tokens::issue::{Order, issue, new_keys};

/// The longest that a token may open a door.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// Prints a token, alone on its line: `/r/<room>#token=<token>` on this server lets its bearer in. It is
/// signed by the first key of PARLOUR_TOKEN_KEYS that can sign.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Which room: its name, or a pattern in which `*` is any characters.
    #[arg(long, value_parser = room)]
    room: Option<String>,

    /// What they are called; if unset they say it themselves.
    #[arg(long, value_parser = name)]
    name: Option<String>,

    /// Who they are, in words of your own: the same twice in one room is one person.
    #[arg(long, value_parser = subject)]
    sub: Option<String>,

    /// `participant`, or `moderator`.
    #[arg(long, value_parser = role)]
    role: Option<String>,

    /// Exactly what they may do, comma-separated, of publish, subscribe, chat, data, screen, record,
    /// moderate. If unset: what their role may.
    #[arg(long, value_delimiter = ',', value_parser = known_grant)]
    grants: Option<Vec<String>>,

    /// How long it opens the door.
    #[arg(long = "for", default_value = "2h", value_parser = lifetime)]
    lifetime: Duration,

    /// Makes a first set of keys instead: a new file, which PARLOUR_TOKEN_KEYS is then to name.
    #[arg(long, value_name = "FILE", conflicts_with = "room")]
    new_keys: Option<PathBuf>,
}

impl Arguments {
    /// The token, or what to do with the new keys.
    pub(super) fn answer(self, config: &Config) -> Result<String, Stop> {
        if let Some(path) = &self.new_keys {
            return made(path);
        }
        let stop = |text: String| Stop {
            code: 2,
            text: format!("parlour: {text}"),
        };
        let Some(room) = self.room else {
            let text = "--room is not set: expected a room's name, or a pattern with `*`";
            return Err(stop(text.into()));
        };
        let Some(path) = &config.token_keys else {
            return Err(stop(
                "PARLOUR_TOKEN_KEYS is not set: expected a file of keys; \
                 `parlour token --new-keys FILE` makes one"
                    .into(),
            ));
        };
        let keys = super::keys(path)?;
        let order = Order {
            room,
            name: self.name,
            sub: self.sub,
            role: self.role,
            grants: self.grants,
            lifetime: self.lifetime,
        };
        issue(&keys, &config.token_audience, &order).map_err(|error| stop(error.to_string()))
    }
}

fn made(path: &Path) -> Result<String, Stop> {
    new_keys(path).map_err(|error| {
        let expected = format!("a file that can be made, and is not there yet ({error})");
        Stop::wrong("--new-keys", &path.display().to_string(), &expected)
    })?;
    let path = path.display();
    Ok(format!(
        "{path} holds a new key. Keep it secret. Now:\n  \
         PARLOUR_TOKEN_KEYS={path} parlour token --room tea\n  \
         PARLOUR_TOKEN_KEYS={path} parlour"
    ))
}

fn room(text: &str) -> Result<String, String> {
    match RoomPattern(text).is_sound() {
        true => Ok(text.to_owned()),
        false => Err("a room's name (A-Z a-z 0-9 _ -), or a pattern of such with `*`".into()),
    }
}

fn name(text: &str) -> Result<String, String> {
    person::check(text).map_err(|_| "what a person can be called, up to 64 characters".into())
}

fn subject(text: &str) -> Result<String, String> {
    check_subject(text)?;
    Ok(text.to_owned())
}

fn role(text: &str) -> Result<String, String> {
    match text {
        "participant" | "moderator" => Ok(text.to_owned()),
        _ => Err("participant or moderator".into()),
    }
}

fn known_grant(text: &str) -> Result<String, String> {
    let text = text.trim();
    grant(text)
        .map(|_| text.to_owned())
        .ok_or_else(|| "of publish, subscribe, chat, data, screen, record, moderate".into())
}

fn lifetime(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text)
        .ok()
        .filter(|lifetime| (Duration::from_secs(1)..=LONGEST).contains(lifetime))
        .ok_or_else(|| "1s to 366d, as 2h".into())
}
