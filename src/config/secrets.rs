//! The settings that are secrets: each may be given as it is, or as a file that holds it.
//!
//! A file is what container platforms mount, and what no list of processes shows. clap's derive knows
//! no such pair: [`ROWS`] has a row for each secret, both its flags and variables follow from it.

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};

use crate::secret::Secret;

/// Every secret among the settings.
#[derive(Clone, Debug, Default)]
pub struct Secrets {
    /// Janus's `api_secret`.
    pub janus_api: Option<Secret>,
    /// The `admin_key` of Janus's VideoRoom plugin.
    pub janus_admin_key: Option<Secret>,
    /// Of Janus's Admin API.
    pub janus_admin: Option<Secret>,
    /// Shared with the TURN servers.
    pub turn: Option<Secret>,
}

struct Row {
    flag: &'static str,
    env: &'static str,
    file_flag: &'static str,
    file_env: &'static str,
    help: &'static str,
    field: fn(&mut Secrets) -> &mut Option<Secret>,
}

macro_rules! row {
    ($flag:literal, $env:literal, $field:ident, $help:literal) => {
        Row {
            flag: $flag,
            env: $env,
            file_flag: concat!($flag, "-file"),
            file_env: concat!($env, "_FILE"),
            help: $help,
            field: |secrets| &mut secrets.$field,
        }
    };
}

const ROWS: [Row; 4] = [
    row!(
        "janus-api-secret",
        "JANUS_API_SECRET",
        janus_api,
        "Janus's `api_secret`"
    ),
    row!(
        "janus-admin-key",
        "JANUS_ADMIN_KEY",
        janus_admin_key,
        "The `admin_key` of Janus's VideoRoom plugin"
    ),
    row!(
        "janus-admin-secret",
        "JANUS_ADMIN_SECRET",
        janus_admin,
        "The secret of Janus's Admin API"
    ),
    row!(
        "turn-secret",
        "PARLOUR_TURN_SECRET",
        turn,
        "What the servers of PARLOUR_TURN_URLS share with this one: coturn's `static-auth-secret`"
    ),
];

impl Args for Secrets {
    fn augment_args(command: Command) -> Command {
        ROWS.iter().fold(command, |command, row| {
            let secret = Arg::new(row.flag)
                .long(row.flag)
                .env(row.env)
                .hide_env_values(true)
                .value_name(row.env)
                .value_parser(|text: &str| Ok::<_, String>(Secret::new(text)))
                .help(row.help);
            let file = Arg::new(row.file_flag)
                .long(row.file_flag)
                .env(row.file_env)
                .value_name(row.file_env)
                .value_parser(of_file)
                .conflicts_with(row.flag)
                .help("A file with it");
            command.arg(secret).arg(file)
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Secrets {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut secrets = Self::default();
        secrets.update_from_arg_matches(matches)?;
        Ok(secrets)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for row in &ROWS {
            let given = matches.get_one::<Secret>(row.flag);
            if let Some(secret) = given.or_else(|| matches.get_one(row.file_flag)) {
                *(row.field)(self) = Some(secret.clone());
            }
        }
        Ok(())
    }
}

/// What a file holds, without the line end that editors add.
fn of_file(path: &str) -> Result<Secret, String> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("a readable file ({error})"))?;
    Ok(Secret::new(text.trim()))
}

#[cfg(test)]
mod tests {
    use crate::config::Config;

    #[test]
    fn a_secret_is_taken_as_it_is_or_out_of_its_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "of the file\n").unwrap();
        let path = file.path().to_str().unwrap();
        for flag in [
            "--janus-api-secret",
            "--janus-admin-key",
            "--janus-admin-secret",
        ] {
            let given = |args: &[&str]| {
                let secrets = Config::from_args(args).unwrap().secrets;
                assert!(!format!("{secrets:?}").contains("of "), "{secrets:?}");
                let all = [
                    secrets.janus_api,
                    secrets.janus_admin_key,
                    secrets.janus_admin,
                ];
                let mut given = all.into_iter().flatten();
                let one = given.next().map(|secret| secret.expose().to_owned());
                assert!(given.next().is_none(), "{flag} is one secret");
                one
            };
            assert_eq!(given(&[]), None);
            assert_eq!(
                given(&[flag, "of the flag"]).as_deref(),
                Some("of the flag")
            );
            let file_flag = format!("{flag}-file");
            assert_eq!(given(&[&file_flag, path]).as_deref(), Some("of the file"));
            let stop = Config::from_args(&[flag, "of the flag", &file_flag, path]).unwrap_err();
            assert!(
                stop.code == 2 && !stop.text.contains("of the flag"),
                "{}",
                stop.text
            );
        }
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named_with_its_setting() {
        let stop = Config::from_args(&["--turn-secret-file=/nowhere/secret"]).unwrap_err();
        assert_eq!(stop.code, 2);
        let named = [
            "PARLOUR_TURN_SECRET_FILE",
            "/nowhere/secret",
            "a readable file",
        ];
        assert!(
            named.iter().all(|part| stop.text.contains(part)),
            "{}",
            stop.text
        );
    }
}
