//! Candidates, to a gateway and to another browser: what passes points where its policy allows, and
//! reads back the same. Input: what `RTCIceCandidate.toJSON()` holds.
#![no_main]

use parlour::sdp::{Candidate, CandidatePolicy, PeerCandidate, SdpError};
use parlour_fuzz::{json, rules};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let ice: Value = serde_json::from_str(text).unwrap_or_default();
    let word = |name: &str| ice.get(name).and_then(Value::as_str);
    let line = word("candidate").unwrap_or(text);
    let (mid, index) = (
        word("sdpMid"),
        ice.get("sdpMLineIndex").and_then(Value::as_u64),
    );
    to_the_gateway(line, mid, index);
    to_a_peer(line, mid, index, word("usernameFragment"));
});

parlour_fuzz::mutate_texts!(json::change);

fn to_the_gateway(line: &str, mid: Option<&str>, index: Option<u64>) {
    let candidate = match Candidate::parse(line, mid, index) {
        Ok(Some(candidate)) => candidate,
        Ok(None) => return assert_eq!(line, ""),
        Err(error) => return refused(&error),
    };
    let passes = |policy| candidate.may_pass(policy);
    for policy in [
        CandidatePolicy::Public,
        CandidatePolicy::All,
        CandidatePolicy::Peer,
    ] {
        if passes(policy) {
            rules::candidate_is_sound(&candidate.line, policy);
        }
    }
    assert!(!passes(CandidatePolicy::None));
    assert!(!passes(CandidatePolicy::Public) || passes(CandidatePolicy::All));
    assert!(!passes(CandidatePolicy::Public) || passes(CandidatePolicy::Peer));
    let (mid, index) = (candidate.sdp_mid.as_ref(), candidate.sdp_m_line_index);
    let again = Candidate::parse(
        &candidate.line,
        mid.map(|mid| mid.as_str()),
        index.map(u64::from),
    );
    assert_eq!(
        again,
        Ok(Some(candidate.clone())),
        "what was written is read again"
    );
}

fn to_a_peer(line: &str, mid: Option<&str>, index: Option<u64>, username: Option<&str>) {
    let candidate = match PeerCandidate::parse(line, mid, index, username.map(str::to_owned)) {
        Ok(candidate) => candidate,
        Err(error) => return refused(&error),
    };
    if !candidate.line.is_empty() {
        rules::candidate_is_sound(&candidate.line, CandidatePolicy::Peer);
    }
    let (mid, index) = (candidate.sdp_mid.as_ref(), candidate.sdp_m_line_index);
    let again = PeerCandidate::parse(
        &candidate.line,
        mid.map(|mid| mid.as_str()),
        index.map(u64::from),
        candidate.username_fragment.clone(),
    );
    assert_eq!(
        again,
        Ok(candidate.clone()),
        "what was written is read again"
    );
}

fn refused(error: &SdpError) {
    assert_eq!(error.reason(), "bad_candidate");
    rules::refusal_is_sound(error.reason(), &error.to_string());
}
