//! A browser's descriptions, to a gateway and to another browser: what passes is within our rules,
//! which are written a second time here, and reads back the same once it is written anew.
#![no_main]

use std::sync::LazyLock;

use parlour::names::Mid;
use parlour::sdp::{CandidatePolicy, Sdp, SdpError};
use parlour_fuzz::{rules, sdp};

/// The gateway's offers that answers are tried at.
static OFFERS: LazyLock<Vec<Sdp>> = LazyLock::new(|| {
    let texts = [
        include_str!("../../tests/fixtures/sdp/janus-offer.sdp"),
        include_str!("../../tests/fixtures/sdp/janus-offer-one-inactive.sdp"),
    ];
    texts
        .iter()
        .map(|text| Sdp::from_gateway(text).unwrap())
        .collect()
});

libfuzzer_sys::fuzz_target!(|text: &str| {
    let mids: Vec<Mid> = match Sdp::from_gateway(text) {
        Ok(sdp) => {
            assert_eq!(sdp.as_str(), text);
            let sent = sdp.media().filter(|line| line.direction.sends());
            sent.map(|line| line.mid).collect()
        }
        Err(error) => {
            refused(&error);
            Vec::new()
        }
    };
    // One policy a text: the length draws it.
    let policy = [
        CandidatePolicy::None,
        CandidatePolicy::Public,
        CandidatePolicy::All,
        CandidatePolicy::Peer,
    ][text.len() % 4];
    holds(text, policy, 16, &|text| {
        Sdp::parse_offer(text, &mids, policy)
    });
    for offer in &*OFFERS {
        holds(text, policy, 300, &|text| {
            Sdp::parse_answer(text, offer, policy)
        });
    }
    holds(text, CandidatePolicy::Peer, 16, &Sdp::parse_peer_offer);
    holds(text, CandidatePolicy::Peer, 16, &Sdp::parse_peer_answer);
});

parlour_fuzz::mutate_texts!(sdp::change);

fn holds(
    text: &str,
    policy: CandidatePolicy,
    max_media: usize,
    read: &dyn Fn(&str) -> Result<Sdp, SdpError>,
) {
    let sdp = match read(text) {
        Ok(sdp) => sdp,
        Err(error) => return refused(&error),
    };
    rules::description_is_sound(sdp.as_str(), policy, max_media);
    let again = read(sdp.as_str()).expect("what was written is read again");
    assert_eq!(again, sdp);
    // The same m-lines for whoever reads it, by our own eyes or as a gateway's.
    let seen = Sdp::from_gateway(sdp.as_str()).expect("what was written is SDP");
    assert_eq!(sdp.media().count(), again.media().count());
    assert!(
        seen.media()
            .zip(sdp.media())
            .all(|(seen, line)| seen.mid == line.mid && seen.kind == line.kind)
    );
}

fn refused(error: &SdpError) {
    assert_eq!(error.reason(), "bad_sdp");
    rules::refusal_is_sound(error.reason(), &error.to_string());
}
