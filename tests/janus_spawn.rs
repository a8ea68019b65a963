//! A Janus of one's own: started, found fit, ended with all that it had.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may fail"
)]

mod support;

use std::time::Duration;

use parlour::janus::check::check;
use parlour::janus::spawn::{SpawnOptions, Spawned};
use support::janus::TestJanus;
use support::{eventually, soon};

#[actix::test]
async fn a_spawned_janus_is_fit_for_use() {
    let janus = TestJanus::start().await;
    let report = check(&janus.client(), soon()).await.unwrap();
    assert!(report.version >= 1102, "{report:?}");
    assert!(report.secret_enforced && report.videoroom && report.string_ids && report.accepting);
    assert_eq!(report.server_name, janus.access().server_name);
    assert!(janus.sessions().await.is_empty());
}

#[actix::test]
async fn a_stopped_janus_leaves_neither_process_nor_directory() {
    let mut janus = TestJanus::start().await;
    let pid = janus.spawned().pid().unwrap();
    let directory = std::env::temp_dir().join(&janus.access().server_name);
    assert!(directory.exists());
    janus.stop().await;
    assert!(!directory.exists());
    assert!(!std::path::Path::new(&format!("/proc/{pid}")).exists());
}

#[actix::test]
async fn a_janus_does_not_outlive_the_thread_that_started_it() {
    let started = std::thread::spawn(|| {
        actix::System::new().block_on(async {
            let mut spawned = Spawned::start(support::janus::options()).await.unwrap();
            let pid = spawned.pid().unwrap();
            let name = spawned.access().server_name.clone();
            assert!(
                tokio::time::timeout(Duration::ZERO, spawned.exited())
                    .await
                    .is_err()
            );
            std::mem::forget(spawned); // as if we had been killed
            (pid, name)
        })
    });
    let (pid, name) = started.join().unwrap();
    // ended, if not waited for: a zombie has no command line
    let command = format!("/proc/{pid}/cmdline");
    eventually("the process is gone", Duration::from_secs(5), async || {
        std::fs::read(&command).is_ok_and(|command| command.is_empty())
            || !std::path::Path::new(&command).exists()
    })
    .await;
    std::fs::remove_dir_all(std::env::temp_dir().join(name)).unwrap();
}

#[actix::test]
async fn a_janus_that_cannot_run_is_told_with_its_own_words() {
    let options = SpawnOptions {
        program: "false".into(),
        ..support::janus::options()
    };
    let Err(error) = Spawned::start(options).await else {
        panic!("it cannot start")
    };
    assert!(error.to_string().contains("ended at its start"), "{error}");
}

#[actix::test]
async fn what_is_not_installed_is_named() {
    let options = SpawnOptions {
        program: "janus-that-is-not-there".into(),
        ..Default::default()
    };
    let Err(error) = Spawned::start(options).await else {
        panic!("it cannot start")
    };
    assert!(error.to_string().contains("janus-that-is-not-there"));
}

#[actix::test]
async fn what_a_killed_owner_left_is_removed_by_the_next_and_nothing_else() {
    let living = TestJanus::start().await;
    let place = std::env::temp_dir();
    let directory = |name: &str, owner: bool| {
        let directory = place.join(name);
        std::fs::create_dir_all(&directory).unwrap();
        if owner {
            std::fs::write(directory.join("owner"), "").unwrap();
        }
        directory
    };
    let process = std::process::id();
    let left = directory(&format!("parlour-left-{process}"), true);
    let other = directory(&format!("parlour-other-{process}"), false);

    let next = TestJanus::start().await;
    assert!(!left.exists());
    assert!(other.exists());
    for janus in [&living, &next] {
        assert!(place.join(&janus.access().server_name).exists());
    }
    std::fs::remove_dir(other).unwrap();
}
