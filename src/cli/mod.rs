//! The commands of the binary: what was asked for, read from arguments and environment.
//!
//! `parlour` and `parlour serve` are one; [`token`] makes tokens. Each setting is a flag of both.

use std::ffi::OsString;
use std::path::Path;

use clap::{CommandFactory, Parser, Subcommand};
use parlour::config::{Config, Stop};
use parlour::tokens::keys::KeySet;

mod token;

/// Parlour: signalling for video chat, with the Janus gateway behind it.
#[derive(Debug, Parser)]
#[command(name = "parlour", version, about, long_about = None)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    config: Config,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serves rooms; so does `parlour` without a command. Takes every flag of it.
    Serve,
    /// Prints a token that lets somebody into a room, or makes the keys for it.
    Token(token::Arguments),
}

/// What is to be done.
#[derive(Debug)]
pub(crate) enum Asked {
    /// Serve, with these settings.
    Serve(Box<Config>),
    /// It is done; this is to be said.
    Answered(String),
}

/// Reads the arguments, program name first, and does what is done at once.
///
/// # Errors
/// One line that names what is wrong, or the text of `--help` with exit code 0.
pub(crate) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, Stop> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    // The word changes nothing, and clap would take no flag behind it.
    if arguments.get(1).is_some_and(|word| word == "serve") {
        arguments.remove(1);
    }
    let read = Arguments::try_parse_from(arguments);
    let Arguments { command, config } =
        read.map_err(|error| Stop::of(&error, &Arguments::command()))?;
    match command {
        None | Some(Command::Serve) => {
            let config = config.completed()?;
            // Looked at before anything is started, and read again by what serves.
            if let Some(path) = &config.token_keys {
                keys(path)?;
            }
            Ok(Asked::Serve(Box::new(config)))
        }
        Some(Command::Token(asked)) => asked.answer(&config).map(Asked::Answered),
    }
}

/// The keys of PARLOUR_TOKEN_KEYS.
fn keys(path: &Path) -> Result<KeySet, Stop> {
    KeySet::read(path).map_err(|wrong| Stop {
        code: 2,
        text: format!("parlour: {wrong}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(arguments: &[&str]) -> Result<Asked, Stop> {
        read(
            [&["parlour"], arguments]
                .concat()
                .into_iter()
                .map(Into::into),
        )
    }

    fn listen(arguments: &[&str]) -> String {
        match asked(arguments).unwrap() {
            Asked::Serve(config) => config.listen.to_string(),
            Asked::Answered(text) => panic!("{text}"),
        }
    }

    #[test]
    fn to_serve_is_what_parlour_does_unasked() {
        assert_eq!(listen(&[]), "127.0.0.1:4000");
        assert_eq!(listen(&["serve"]), "127.0.0.1:4000");
        assert_eq!(listen(&["--listen", "127.0.0.1:1"]), "127.0.0.1:1");
        assert_eq!(listen(&["serve", "--listen", "127.0.0.1:1"]), "127.0.0.1:1");
        assert_eq!(listen(&["--listen", "127.0.0.1:1", "serve"]), "127.0.0.1:1");
    }

    #[test]
    fn help_lists_every_setting_and_every_command() {
        for arguments in [&["--help"][..], &["serve", "--help"]] {
            let help = asked(arguments).unwrap_err();
            assert_eq!(help.code, 0);
            for command in Arguments::command().get_subcommands() {
                assert!(help.text.contains(command.get_name()), "{}", help.text);
            }
            for setting in Config::command().get_arguments() {
                if let Some(env) = setting.get_env() {
                    assert!(help.text.contains(env.to_str().unwrap()), "{}", help.text);
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_done_is_said_in_one_line() {
        for (arguments, name) in [
            (&["tea"][..], "tea"),
            (&["--listen", "x"], "PARLOUR_LISTEN"),
            (&["serve", "--listen", "x"], "PARLOUR_LISTEN"),
            (&["token"], "--room"),
            (&["token", "--room", "tea"], "PARLOUR_TOKEN_KEYS"),
            (&["token", "--room", "a b"], "--room"),
            (&["token", "--room", "tea", "--for", "0s"], "--for"),
            (&["token", "--room", "tea", "--role", "king"], "--role"),
            (&["token", "--room", "tea", "--grants", "fly"], "--grants"),
            (&["token", "--room", "tea", "--name", " "], "--name"),
            (&["token", "--room", "tea", "--sub", "a\nb"], "--sub"),
            (&["token", "--new-keys", "/nowhere/keys.json"], "/nowhere"),
            (
                &["token", "--room", "tea", "--token-keys", "/nowhere/keys"],
                "PARLOUR_TOKEN_KEYS",
            ),
        ] {
            let stop = asked(arguments).unwrap_err();
            assert_eq!(stop.code, 2, "{arguments:?}");
            assert_eq!(stop.text.lines().count(), 1, "{}", stop.text);
            assert!(stop.text.contains(name), "{arguments:?}: {}", stop.text);
        }
    }
}
