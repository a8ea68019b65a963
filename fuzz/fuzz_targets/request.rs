//! What a browser asks: the payloads of `phx_join` and of every request, in each mode of a room. What
//! passes is within its limits, and what goes on to others is sound; what is refused tells why in a
//! word of the closed list. Input: `["chat",{"text":"hi"}]`.
#![no_main]

use parlour::calls::messages::{Command, InCall};
use parlour::names::person;
use parlour::phoenix::channel::{self, Asked, Mode};
use parlour::phoenix::errors::RequestError;
use parlour::phoenix::frame;
use parlour::rooms::messages::Request;
use parlour::sdp::{CandidatePolicy, Sdp, Signal};
use parlour_fuzz::{json, rules};
use serde_json::value::RawValue;

const MODES: [Mode; 4] = [
    Mode::Gateway(CandidatePolicy::None),
    Mode::Gateway(CandidatePolicy::Public),
    Mode::Gateway(CandidatePolicy::All),
    Mode::Mesh,
];

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok((event, payload)) = serde_json::from_str::<(String, &RawValue)>(text) else {
        return;
    };
    // Nothing gets here but through the frame codec.
    let framed = frame::push(Some("1"), "room:tea", &event, payload);
    let Ok(frame) = frame::decode(&framed) else {
        return;
    };
    if frame.event == "phx_join" {
        join(&frame.payload);
    }
    for mode in MODES {
        match channel::request(&frame.event, &frame.payload, mode) {
            Ok(Asked::Nothing) => {}
            Ok(Asked::Room(request)) => of_the_room(request, &frame.payload, mode),
            Ok(Asked::Call(command)) => of_the_call(command, &frame.payload, mode),
            Err(error) => refused(&error),
        }
    }
});

parlour_fuzz::mutate_texts!(json::change);

fn join(payload: &RawValue) {
    match channel::join(payload) {
        Ok(params) => {
            // A token may say another, so it is checked behind this.
            let checked = params.name.map(|raw| person::check(&raw));
            checked
                .and_then(Result::ok)
                .as_deref()
                .into_iter()
                .for_each(name);
            assert!(params.resume.is_none_or(|resume| resume.len() <= 64));
        }
        Err(error) => refused(&error),
    }
}

/// A name that passed is in its last form.
fn name(name: &str) {
    rules::text_is_harmless(name);
    assert!(!name.trim().is_empty() && name.len() <= 256);
    assert_eq!(person::check(name).as_deref(), Ok(name));
}

fn of_the_room(request: Request, payload: &RawValue, mode: Mode) {
    match request {
        Request::Update(update) => {
            update.name.as_deref().into_iter().for_each(name);
            assert!(update.quality.is_none_or(|word| word.len() <= 32));
        }
        Request::Chat(text) => assert!(!text.trim().is_empty() && text.len() <= 4096),
        Request::Data(data) => {
            assert_eq!(data.get(), payload.get());
            // Two levels deeper every reader that stops at 127 still reads it.
            serde_json::from_str::<serde_json::Value>(&format!("[[{}]]", data.get()))
                .expect("not too deep");
        }
        Request::Signal { signal, .. } => {
            assert_eq!(mode, Mode::Mesh);
            match *signal {
                Signal::Offer(sdp) => {
                    rules::description_is_sound(sdp.as_str(), CandidatePolicy::Peer, 16);
                    assert_eq!(Sdp::parse_peer_offer(sdp.as_str()), Ok(sdp));
                }
                Signal::Answer(sdp) => {
                    rules::description_is_sound(sdp.as_str(), CandidatePolicy::Peer, 16);
                    assert_eq!(Sdp::parse_peer_answer(sdp.as_str()), Ok(sdp));
                }
                Signal::Candidate(Some(candidate)) if !candidate.line.is_empty() => {
                    rules::candidate_is_sound(&candidate.line, CandidatePolicy::Peer);
                }
                Signal::Candidate(_) => {}
            }
        }
        // Ids, kinds and switches: types that exist only parsed.
        Request::Act(_) => {}
    }
}

fn of_the_call(command: Command, payload: &RawValue, mode: Mode) {
    let payload: serde_json::Value = serde_json::from_str(payload.get()).expect("sound");
    let is_object = |name: &str| payload[name].is_object();
    let policy = match mode {
        Mode::Gateway(policy) => policy,
        Mode::Mesh => CandidatePolicy::None,
    };
    let streams = match command {
        Command::Start { offer, streams } => {
            assert!(offer.is_some() || streams.is_empty());
            if let Some(offer) = offer {
                assert!(is_object("jsep"));
                rules::description_is_sound(offer.as_str(), policy, 16);
            }
            streams
        }
        Command::InCall(InCall::Update { offer, streams }) => {
            assert!(is_object("jsep"));
            rules::description_is_sound(offer.as_str(), policy, 16);
            streams
        }
        Command::InCall(InCall::Trickle { candidate, .. }) => {
            assert_ne!(policy, CandidatePolicy::None);
            if let Some(candidate) = candidate {
                assert!(is_object("candidate"));
                rules::candidate_is_sound(&candidate.line, policy);
            }
            return;
        }
        Command::InCall(InCall::Choose { selections, .. }) => {
            return assert!(selections.len() <= 300);
        }
        Command::InCall(InCall::Prefer(preferences)) => {
            assert!((1..=300).contains(&preferences.len()));
            let layers = preferences
                .iter()
                .flat_map(|(_, (substream, temporal, _))| [substream, temporal]);
            return assert!(layers.flatten().all(|layer| *layer <= 2));
        }
        _ => return,
    };
    assert!(streams.len() <= 16);
    for stream in streams {
        rules::text_is_harmless(&stream.label);
        assert!(stream.label.chars().count() <= 64);
    }
}

fn refused(error: &RequestError) {
    let refusal = error.refusal();
    rules::refusal_is_sound(refusal.reason, &refusal.detail);
}
