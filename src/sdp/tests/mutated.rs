//! Fixtures with some of their lines and characters changed: no panic, and what passes is stable.

use proptest::prelude::*;

use super::*;

/// One change of a text, in lines or bytes.
fn mutate(text: &str, (kind, at, with): (u8, usize, char)) -> String {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let index = at % lines.len().max(1);
    match kind % 6 {
        0 if !lines.is_empty() => {
            lines.remove(index);
        }
        1 if !lines.is_empty() => {
            let line = lines[index];
            lines.insert(at / 7 % lines.len(), line);
        }
        2 if !lines.is_empty() => {
            let other = at / 7 % lines.len();
            lines.swap(index, other);
        }
        3 => return text.chars().take(at % (text.len() + 1)).collect(),
        4 => {
            let mut changed: Vec<char> = text.chars().collect();
            if let Some(place) = changed.get_mut(at % text.len().max(1)) {
                *place = with;
            }
            return changed.into_iter().collect();
        }
        _ => {
            let mut changed: Vec<char> = text.chars().collect();
            changed.insert(at % (changed.len() + 1), with);
            return changed.into_iter().collect();
        }
    }
    lines.concat()
}

/// Characters that mean something to SDP, and some that must not.
fn characters() -> impl Strategy<Value = char> {
    prop_oneof![
        proptest::sample::select("0123456789 :/=;\r\n\0-+amv".chars().collect::<Vec<_>>()),
        any::<char>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_mutated_offer_never_panics_and_what_passes_reads_back_the_same(
        which in 0..OFFERS.len(),
        changes in proptest::collection::vec((any::<u8>(), any::<usize>(), characters()), 0..6),
        policy in proptest::sample::select(vec![
            CandidatePolicy::None, CandidatePolicy::Public, CandidatePolicy::All,
            CandidatePolicy::Peer,
        ]),
    ) {
        let (_, text, names) = OFFERS[which];
        let text = changes.into_iter().fold(text.to_owned(), |text, change| mutate(&text, change));
        let mids = mids(names);
        if let Ok(sdp) = Sdp::parse_offer(&text, &mids, policy) {
            let again = Sdp::parse_offer(sdp.as_str(), &mids, policy).unwrap();
            prop_assert_eq!(&again, &sdp);
            prop_assert!(sdp.as_str().lines().all(|line| line.len() <= 400));
        }
        if let Ok(sdp) = Sdp::parse_peer_offer(&text) {
            prop_assert_eq!(&Sdp::parse_peer_offer(sdp.as_str()).unwrap(), &sdp);
        }
        let _ = Sdp::from_gateway(&text);
    }

    #[test]
    fn a_mutated_answer_never_panics_and_what_passes_reads_back_the_same(
        which in 0..ANSWERS.len(),
        changes in proptest::collection::vec((any::<u8>(), any::<usize>(), characters()), 0..6),
    ) {
        let (_, text, offer) = ANSWERS[which];
        let text = changes.into_iter().fold(text.to_owned(), |text, change| mutate(&text, change));
        if let Ok(sdp) = read_answer(&text, offer) {
            prop_assert_eq!(&read_answer(sdp.as_str(), offer).unwrap(), &sdp);
        }
        if let Ok(sdp) = Sdp::parse_peer_answer(&text) {
            prop_assert_eq!(&Sdp::parse_peer_answer(sdp.as_str()).unwrap(), &sdp);
        }
    }

    #[test]
    fn any_text_never_panics(text in ".{0,300}") {
        let _ = read_offer(&text, &["0"]);
        let _ = Sdp::from_gateway(&text);
    }
}
