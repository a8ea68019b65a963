//! A socket that is in no room holds a place for nothing, and is let go.

use std::time::Duration;

use futures_util::join;
use serde_json::json;
use tokio::time::Instant;

use super::client::{Client, Said};
use super::{counted, server};

/// How long it may take until the end is seen, beyond the 10 s that are given.
const SLACK: Duration = Duration::from_secs(10);

/// The code of the close, and when it came. Beats meanwhile, which does not help.
async fn end_of(client: &mut Client, since: Instant) -> (u16, Duration) {
    loop {
        client.push("phoenix", "heartbeat", json!({})).await;
        match client.next(Duration::from_secs(1)).await {
            Some(Said::Closed(code)) => return (code, since.elapsed()),
            Some(Said::Ended) => panic!("ended without a close frame"),
            _ => assert!(
                since.elapsed() < Duration::from_secs(10) + SLACK,
                "it stays"
            ),
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[actix::test]
async fn who_joins_nothing_or_left_the_last_room_is_let_go_and_who_joined_stays() {
    let system = server(&[]);
    let name = json!({ "name": "Ann" });
    let never = async {
        let began = Instant::now();
        let mut client = Client::open(system.address).await;
        end_of(&mut client, began).await
    };
    let left = async {
        let mut client = Client::joined(system.address, "room:left", "Ann").await;
        // Longer than one may be without a room.
        let until = Instant::now() + Duration::from_secs(12);
        while Instant::now() < until {
            let said = client.next(Duration::from_millis(500)).await;
            assert!(
                !matches!(said, Some(Said::Closed(_) | Said::Ended)),
                "{said:?}"
            );
        }
        let reply = client.ask("room:left", "phx_leave", json!({})).await;
        assert_eq!(reply["status"], "ok");
        end_of(&mut client, Instant::now()).await
    };
    let late = async {
        let mut client = Client::open(system.address).await;
        let until = Instant::now() + Duration::from_secs(7);
        while Instant::now() < until {
            client.next(Duration::from_millis(500)).await;
        }
        let reply = client.ask("room:late", "phx_join", name.clone()).await;
        assert_eq!(reply["status"], "ok");
        let until = Instant::now() + Duration::from_secs(10);
        while Instant::now() < until {
            let said = client.next(Duration::from_millis(500)).await;
            assert!(
                !matches!(said, Some(Said::Closed(_) | Said::Ended)),
                "{said:?}"
            );
        }
        client
            .ask("room:late", "chat", json!({ "text": "hi" }))
            .await
    };
    let ((never, after), (left, after_left), said) = join!(never, left, late);
    assert_eq!((never, left), (1001, 1001));
    for after in [after, after_left] {
        assert!(after >= Duration::from_secs(8), "{after:?}");
    }
    assert_eq!(counted(&system, "evicted_total{why=\"unjoined\"}"), 2);
    assert_eq!(said["status"], "ok");
}
