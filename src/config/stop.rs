//! How a start ends that a setting, or a question, does not let go on.

/// Why the process does not go on, and with which exit code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// 0 for `--help` and `--version`, 2 for a wrong setting.
    pub code: u8,
    /// What to say.
    pub text: String,
}

impl Stop {
    /// A setting of a value that it cannot have.
    pub fn wrong(name: &str, value: &str, expected: &str) -> Self {
        Self {
            code: 2,
            text: format!("parlour: {name} is {value:?}: expected {expected}"),
        }
    }

    /// One line out of clap's many, with the variable's name beside the flag's. `command`: what was to be
    /// read.
    pub fn of(error: &clap::Error, command: &clap::Command) -> Self {
        use clap::error::{ContextKind, ContextValue, ErrorKind};
        if matches!(
            error.kind(),
            ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
        ) {
            return Self {
                code: 0,
                text: error.to_string(),
            };
        }
        let context = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.clone()),
            _ => None,
        };
        let first_line = error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned();
        let (Some(flag), Some(value)) = (
            context(ContextKind::InvalidArg),
            context(ContextKind::InvalidValue),
        ) else {
            return Self {
                code: 2,
                text: format!("parlour: {first_line}"),
            };
        };
        let long = flag
            .split([' ', '='])
            .next()
            .unwrap_or_default()
            .trim_start_matches("--");
        let argument = std::iter::once(command)
            .chain(command.get_subcommands())
            .flat_map(clap::Command::get_arguments)
            .find(|arg| arg.get_long() == Some(long));
        let env = argument.and_then(|arg| arg.get_env());
        let name = env.map_or_else(
            || format!("--{long}"),
            |env| format!("{} (--{long})", env.to_string_lossy()),
        );
        let hidden = argument.is_some_and(clap::Arg::is_hide_env_values_set);
        let value = if hidden { "***".to_owned() } else { value };
        let expected = std::error::Error::source(error)
            .map(ToString::to_string)
            .unwrap_or_else(|| first_line.trim_start_matches("error: ").to_owned());
        Self {
            code: 2,
            text: format!("parlour: {name} is {value:?}: expected {expected}"),
        }
    }
}
