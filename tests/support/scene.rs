//! Three people in call, a panic at a named point, and what everybody must hear of it.

use fail::FailScenario;
use serde_json::{Value, json};

use super::client::Client;
use super::parlour::Parlour;

const OFFER: &str = include_str!("../fixtures/sdp/chromium-offer-audio-video.sdp");

/// Holds the process's failpoints for one test, and clears them after it.
pub struct Failpoints {
    _scenario: FailScenario<'static>,
}

impl Failpoints {
    pub fn take() -> Self {
        Self {
            _scenario: FailScenario::setup(),
        }
    }

    /// The next time anybody passes it, it panics.
    pub fn panic_once(&self, name: &str) {
        fail::cfg(name, "1*panic(injected)->off").unwrap();
    }

    pub fn panic_always(&self, name: &str) {
        fail::cfg(name, "panic(injected)").unwrap();
    }

    pub fn off(&self, name: &str) {
        fail::remove(name);
    }
}

/// A room of three in call, and whom the crash hits.
pub struct Scene {
    /// The server and its Janus.
    pub parlour: Parlour,
    /// Whom the crash hits.
    pub ann: Client,
    /// Who must not be hit.
    pub others: Vec<Client>,
    /// Ann's call.
    pub generation: Value,
}

impl Scene {
    pub async fn set() -> Self {
        let parlour = Parlour::start().await;
        let mut others = vec![
            parlour.join("tea", "Bob").await,
            parlour.join("tea", "Cid").await,
        ];
        for other in &mut others {
            other.start_listening().await;
        }
        let mut ann = parlour.join("tea", "Ann").await;
        let generation = json!(ann.start_listening().await);
        for client in others.iter_mut().chain([&mut ann]) {
            client.forget().await;
        }
        Self {
            parlour,
            ann,
            others,
            generation,
        }
    }

    /// Everybody has exactly one `stop_call` of Ann's generation, and of nobody else.
    pub async fn one_stop_call(&mut self, reason: &str, restart: bool) {
        let id = self.ann.id();
        for client in self.others.iter_mut().chain([&mut self.ann]) {
            let stop_call = client.stop_call_of(&id).await;
            let due = json!({ "participant": id, "generation": self.generation,
                "reason": reason, "restart": restart });
            assert_eq!(stop_call, due);
            client.settle().await;
            assert_eq!(client.count("stop_call"), 0, "{:?}", client.events());
        }
    }

    pub async fn starts_again(&mut self) {
        let again = json!(self.ann.start_listening().await);
        assert!(again.as_u64() > self.generation.as_u64());
        self.generation = again;
    }
}

impl Scene {
    /// Ann joined last: hers is the session that the others' were before.
    pub async fn session_of_ann(&self) -> u64 {
        let feed = format!("{}-{}", self.ann.id(), self.generation);
        self.parlour.publisher_of(&feed).await.0
    }

    /// Makes Janus say something to Ann's poller, and to nobody else's.
    pub async fn wake_poller_of_ann(&mut self) {
        let streams = json!([
            { "mid": "0", "source": "mic", "label": "" },
            { "mid": "1", "source": "camera", "label": "" },
        ]);
        let jsep = json!({ "type": "offer", "sdp": OFFER });
        self.ann
            .send("update_call", json!({ "jsep": jsep, "streams": streams }))
            .await;
    }
}
