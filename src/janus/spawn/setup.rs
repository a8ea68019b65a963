//! What a spawned Janus finds: its plugins, its ports, its configuration in a directory of its own.

use std::fs;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use rustix::fs::{FlockOperation, flock};
use rustix::process::geteuid;

use super::{SpawnError, SpawnOptions};
use crate::secret::Secret;

/// The configuration, with placeholders: file name and text.
const TEMPLATES: [(&str, &str); 4] = [
    (
        "janus.jcfg",
        include_str!("../../../janus-config/janus.jcfg"),
    ),
    (
        "janus.transport.http.jcfg",
        include_str!("../../../janus-config/janus.transport.http.jcfg"),
    ),
    (
        "janus.transport.websockets.jcfg",
        include_str!("../../../janus-config/janus.transport.websockets.jcfg"),
    ),
    (
        "janus.plugin.videoroom.jcfg",
        include_str!("../../../janus-config/janus.plugin.videoroom.jcfg"),
    ),
];

/// What is linked into the folders that the configuration names.
const LINKED: [(&str, &str); 3] = [
    ("plugins", "libjanus_videoroom.so"),
    ("transports", "libjanus_http.so"),
    ("transports", "libjanus_websockets.so"),
];

/// Where installations keep their plugins, but for Debian's folder by architecture.
const LIBRARIES: [&str; 3] = [
    "/usr/lib/janus",
    "/usr/local/lib/janus",
    "/opt/janus/lib/janus",
];

/// What names of directories begin with.
const PREFIX: &str = "parlour-";

/// The file in a directory that its owner holds locked as long as it lives.
const OWNER: &str = "owner";

/// A directory that is removed with its owner; one whose owner was killed, by the next who makes one.
pub(super) struct Directory {
    path: PathBuf,
    _locked: fs::File,
}

impl Directory {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// Removes the directories of owners that were killed: they hold secrets, though of no use any more.
fn remove_abandoned(parent: &Path) {
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let named = entry.file_name().to_string_lossy().starts_with(PREFIX);
        let ours = |meta: fs::Metadata| meta.is_dir() && meta.uid() == geteuid().as_raw();
        // of the entry itself: a link is no directory
        if !named || !entry.metadata().is_ok_and(ours) {
            continue;
        }
        let Ok(owner) = fs::File::open(entry.path().join(OWNER)) else {
            continue;
        };
        if flock(&owner, FlockOperation::NonBlockingLockExclusive).is_ok() {
            log::info!("removing the directory of a janus whose owner was killed");
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Where the plugins are; also sees that the program is there at all.
pub(super) fn find_library(options: &SpawnOptions) -> Result<PathBuf, SpawnError> {
    let version = std::process::Command::new(&options.program)
        .arg("--version")
        .stdin(Stdio::null())
        .output();
    match version {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(SpawnError::NotInstalled {
                program: options.program.display().to_string(),
            });
        }
        Err(source) => {
            return Err(SpawnError::Io {
                what: "start janus",
                source,
            });
        }
        Ok(_) => {}
    }
    let mut candidates: Vec<PathBuf> = options.library.clone().into_iter().collect();
    if options.library.is_none() {
        // Debian: /usr/lib/x86_64-linux-gnu/janus
        for entry in fs::read_dir("/usr/lib").into_iter().flatten().flatten() {
            candidates.push(entry.path().join("janus"));
        }
        candidates.extend(LIBRARIES.map(PathBuf::from));
    }
    let whole = |library: &PathBuf| {
        LINKED
            .iter()
            .all(|(folder, file)| library.join(folder).join(file).exists())
    };
    candidates
        .into_iter()
        .find(whole)
        .ok_or(SpawnError::NoPlugins {
            missing: "libjanus_videoroom.so, libjanus_http.so and libjanus_websockets.so",
        })
}

/// A new name for a Janus and its directory.
pub(super) fn name() -> String {
    format!("{PREFIX}{}", Secret::random().expose())
}

/// Makes the directory of the Janus of that name, with what it may load linked in.
pub(super) fn make_directory(name: &str, library: &Path) -> Result<Directory, SpawnError> {
    let failed = || SpawnError::io("make a directory for janus");
    let parent = std::env::temp_dir();
    remove_abandoned(&parent);
    let path = parent.join(name);
    let mut private = fs::DirBuilder::new();
    private.mode(0o700);
    private.create(&path).map_err(failed())?;
    let locked = lock(&path.join(OWNER)).inspect_err(|_| {
        let _ = fs::remove_dir_all(&path);
    });
    let directory = Directory {
        _locked: locked.map_err(failed())?,
        path,
    };
    for folder in ["plugins", "transports", "none"] {
        private
            .create(directory.path.join(folder))
            .map_err(failed())?;
    }
    for (folder, file) in LINKED {
        let link = directory.path.join(folder).join(file);
        symlink(library.join(folder).join(file), link).map_err(failed())?;
    }
    Ok(directory)
}

/// Locked before it has its name: whoever finds it unlocked finds it abandoned.
fn lock(path: &Path) -> io::Result<fs::File> {
    let unnamed = path.with_extension("new");
    let file = fs::File::create_new(&unnamed)?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)?;
    fs::rename(unnamed, path)?;
    Ok(file)
}

/// Writes the configuration; `values` are placeholders and what stands for them.
pub(super) fn write_configuration(
    directory: &Directory,
    values: &[(&str, &str)],
) -> Result<(), SpawnError> {
    for (name, template) in TEMPLATES {
        let mut text = template.to_owned();
        for (placeholder, value) in values {
            text = text.replace(placeholder, value);
        }
        write_private(&directory.path.join(name), &text)
            .map_err(SpawnError::io("write the configuration"))?;
    }
    Ok(())
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    io::Write::write_all(&mut file, text.as_bytes())
}

/// Ports that are free now. Somebody may take one before Janus does: then it ends, or another
/// answers, and the next attempt takes others.
pub(super) fn free_ports() -> io::Result<[u16; 3]> {
    let listeners = [free()?, free()?, free()?];
    let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
    let [a, b, c] = &listeners;
    Ok([port(a)?, port(b)?, port(c)?])
}

fn free() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
}

pub(super) fn log_of(directory: &Path) -> String {
    let log = fs::read(directory.join("janus.log")).unwrap_or_default();
    let tail = log.len().saturating_sub(2000);
    let tail = log.get(tail..).unwrap_or_default();
    String::from_utf8_lossy(tail).trim().to_owned()
}
