use super::*;

fn stream(mid: &str) -> PublishedStream {
    PublishedStream {
        mid: Mid::parse(mid).unwrap(),
        source: Source::Camera,
        label: String::new(),
        codec: Some("vp8".into()),
        disabled: false,
    }
}

fn feed(name: &str) -> Feed {
    Feed {
        participant: ParticipantId::parse(name).unwrap(),
        generation: Generation(7),
    }
}

fn publication(name: &str, mids: &[&str]) -> Publication {
    Publication {
        feed: feed(name),
        streams: mids.iter().map(|mid| stream(mid)).collect(),
    }
}

/// What a gateway would offer if it took the change as it is.
fn taken(subscriptions: &Subscriptions, change: &SubscriptionChange) -> SubscriberOffer {
    let mut streams = subscriptions.current.clone();
    streams.retain(|stream| !change.unsubscribe.contains(&stream.mid));
    for (feed, feed_mid) in &change.subscribe {
        let mid = Mid::parse(&streams.len().to_string()).unwrap();
        streams.push(SubscribedStream {
            mid,
            feed: feed.clone(),
            feed_mid: feed_mid.clone(),
        });
    }
    let sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
    SubscriberOffer {
        offer: Sdp::from_gateway(sdp).unwrap(),
        streams,
    }
}

fn change_of(step: Step) -> SubscriptionChange {
    match step {
        Step::Change(change) => change,
        other @ (Step::Nothing | Step::RestartIce) => panic!("{other:?} is no change"),
    }
}

#[test]
fn one_offer_is_out_at_a_time_and_the_difference_follows_its_answer() {
    let (mut it, now) = (Subscriptions::default(), Instant::now());
    it.published(publication("ann", &["0", "1"]));
    let change = change_of(it.next_step());
    assert_eq!(change.subscribe.len(), 2);
    it.published(publication("bob", &["0"]));
    assert!(
        matches!(it.next_step(), Step::Nothing),
        "the gateway is being asked"
    );
    let offer = it
        .asked(Subscribed::Offer(taken(&it, &change)), now)
        .unwrap();
    assert!(matches!(it.next_step(), Step::Nothing), "an offer is out");
    assert!(matches!(it.check_answer(offer.version), Answer::Newest(_)));
    it.answered(offer.version);
    assert_eq!(
        change_of(it.next_step()).subscribe,
        [(feed("bob"), Mid::parse("0").unwrap())]
    );
}

#[test]
fn an_answer_to_an_older_offer_is_stale_and_the_same_answer_twice_is_none() {
    let (mut it, now) = (Subscriptions::default(), Instant::now());
    it.published(publication("ann", &["0"]));
    let change = change_of(it.next_step());
    let first = it
        .asked(Subscribed::Offer(taken(&it, &change)), now)
        .unwrap();
    let pushed = it.offered(taken(&it, &SubscriptionChange::default()), now);
    assert!(pushed.version > first.version);
    assert!(
        matches!(it.check_answer(first.version), Answer::Stale(Some(o)) if o.version == pushed.version)
    );
    it.answered(pushed.version);
    assert!(matches!(it.check_answer(pushed.version), Answer::Again));
    assert!(matches!(
        it.check_answer(first.version),
        Answer::Stale(None)
    ));
}

#[test]
fn a_missing_feed_does_not_keep_the_others_away() {
    let (mut it, now) = (Subscriptions::default(), Instant::now());
    it.published(publication("ann", &["0"]));
    it.published(publication("bob", &["0"]));
    it.next_step();
    it.asked(Subscribed::NoSuchFeed, now);
    let alone = change_of(it.next_step());
    assert_eq!(alone.subscribe, [(feed("ann"), Mid::parse("0").unwrap())]);
    it.asked(Subscribed::NoSuchFeed, now);
    let other = change_of(it.next_step());
    assert_eq!(other.subscribe, [(feed("bob"), Mid::parse("0").unwrap())]);
    let offer = it
        .asked(Subscribed::Offer(taken(&it, &other)), now)
        .unwrap();
    it.answered(offer.version);
    assert!(matches!(it.next_step(), Step::Nothing));
    it.published(publication("ann", &["0"]));
    assert_eq!(
        change_of(it.next_step()).subscribe.len(),
        1,
        "news of ann: tried again"
    );
}

#[test]
fn what_was_chosen_away_is_let_go_and_can_be_chosen_back() {
    let (mut it, now) = (Subscriptions::default(), Instant::now());
    it.published(publication("ann", &["0", "1"]));
    let change = change_of(it.next_step());
    let offer = it
        .asked(Subscribed::Offer(taken(&it, &change)), now)
        .unwrap();
    it.answered(offer.version);
    let ann = ParticipantId::parse("ann").unwrap();
    let all = Selection {
        participant: ann.clone(),
        mid: None,
    };
    it.choose(std::slice::from_ref(&all), false).unwrap();
    let one = Selection {
        participant: ann,
        mid: Mid::parse("0"),
    };
    it.choose(&[one], true).unwrap();
    assert_eq!(change_of(it.next_step()).unsubscribe.len(), 1);
    let nobody = Selection {
        participant: ParticipantId::parse("zoe").unwrap(),
        mid: None,
    };
    assert_eq!(it.choose(std::slice::from_ref(&nobody), true), Err(nobody));
}

#[test]
fn a_later_life_replaces_an_earlier_and_a_late_word_of_the_earlier_changes_nothing() {
    let mut it = Subscriptions::default();
    let mut later = publication("ann", &["0"]);
    later.feed.generation = Generation(8);
    it.published(later);
    it.published(publication("ann", &["0"]));
    let change = change_of(it.next_step());
    assert_eq!(change.subscribe.len(), 1);
    assert_eq!(change.subscribe[0].0.generation, Generation(8));
}
