//! From Janus's words to participants' terms, and back. Pure.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::gateway::{GatewayError, Publication, SubscribedStream, SubscriberOffer};
use crate::janus::errors::Error;
use crate::janus::events::MediaKind;
use crate::janus::videoroom::{self, Description, Offer, Publisher, Stream};
use crate::names::{Feed, Kind, Mid, PublishedStream, Source, StreamSpec};
use crate::sdp::{Candidate, Sdp};

/// Most characters of a label, whoever wrote it.
const MAX_LABEL_CHARS: usize = 64;

/// What a stream's description says: `{"s":"camera","l":"Built-in"}`.
#[derive(Serialize, Deserialize)]
struct Described {
    s: Source,
    #[serde(default)]
    l: String,
}

/// An error, in participants' terms.
pub(super) fn error(error: Error) -> GatewayError {
    match error {
        Error::Unreachable { detail } => GatewayError::Unreachable { detail },
        Error::Lost { detail } => GatewayError::Lost { detail },
        Error::Timeout { request, after } => GatewayError::Timeout { request, after },
        Error::SessionLost => GatewayError::SessionLost,
        Error::Unauthorised => GatewayError::Unauthorised,
        Error::Core {
            request,
            code,
            reason,
        }
        | Error::Plugin {
            request,
            code,
            reason,
        } => GatewayError::Refused {
            request,
            code,
            detail: reason,
        },
        Error::Unusable { why } => unasked("message", why),
        Error::Protocol { detail } => GatewayError::Protocol { detail },
    }
}

/// A refusal of our own, before Janus was asked: code 0.
pub(super) fn unasked(request: &'static str, why: &str) -> GatewayError {
    GatewayError::Refused {
        request,
        code: 0,
        detail: why.to_owned(),
    }
}

/// An error of a request that carried an offer or answer.
pub(super) fn offer_error(wrong: Error) -> GatewayError {
    match wrong {
        // 464 to 469 and 490: JSEP, SDP and ICE, of the core; 431 and 437: SDP, of the plugin
        Error::Core {
            code: code @ (464..=469 | 490),
            reason,
            ..
        }
        | Error::Plugin {
            code: code @ (431 | 437),
            reason,
            ..
        } => GatewayError::OfferRefused {
            code,
            detail: reason,
        },
        Error::Core { .. }
        | Error::Plugin { .. }
        | Error::Unreachable { .. }
        | Error::Lost { .. }
        | Error::Timeout { .. }
        | Error::SessionLost
        | Error::Unauthorised
        | Error::Unusable { .. }
        | Error::Protocol { .. } => error(wrong),
    }
}

/// A gateway's own SDP.
pub(super) fn sdp(text: &str) -> Result<Sdp, GatewayError> {
    Sdp::from_gateway(text).map_err(|error| GatewayError::Protocol {
        detail: error.to_string(),
    })
}

/// What our streams are called on Janus.
pub(super) fn descriptions(streams: &[StreamSpec]) -> Vec<Description> {
    let description = |spec: &StreamSpec| {
        let described = Described {
            s: spec.source,
            l: spec.label.clone(),
        };
        Description {
            mid: spec.mid.to_string(),
            description: serde_json::to_string(&described).unwrap_or_default(),
        }
    };
    streams.iter().map(description).collect()
}

/// What became of the streams we asked to publish.
pub(super) fn published(asked: Vec<StreamSpec>, agreed: &[Stream]) -> Vec<PublishedStream> {
    let outcome = |spec: StreamSpec| {
        let stream = agreed.iter().find(|stream| stream.mid == spec.mid.as_str());
        let disabled = stream.is_none_or(|stream| stream.disabled);
        PublishedStream {
            codec: codec(stream.filter(|_| !disabled)),
            mid: spec.mid,
            source: spec.source,
            label: spec.label,
            disabled,
        }
    };
    asked.into_iter().map(outcome).collect()
}

/// Those who publish. A feed that is not named as ours are is nobody's: left out.
pub(super) fn publications(publishers: Vec<Publisher>) -> Vec<Publication> {
    publishers.into_iter().filter_map(publication).collect()
}

fn publication(publisher: Publisher) -> Option<Publication> {
    let Some(feed) = Feed::parse(&publisher.id) else {
        log::debug!("a feed of others is left out");
        return None;
    };
    let streams = publisher.streams.iter().filter_map(published_stream);
    Some(Publication {
        feed,
        streams: streams.collect(),
    })
}

fn published_stream(stream: &Stream) -> Option<PublishedStream> {
    let described: Option<Described> = stream
        .description
        .as_deref()
        .and_then(|text| serde_json::from_str(text).ok());
    let (source, label) = match (described, kind(stream.kind)?) {
        (Some(described), _) => (described.s, described.l),
        (None, Kind::Audio) => (Source::Mic, String::new()),
        (None, Kind::Video) => (Source::Camera, String::new()),
    };
    Some(PublishedStream {
        mid: Mid::parse(&stream.mid)?,
        source,
        label: label
            .chars()
            .filter(|c| !c.is_control())
            .take(MAX_LABEL_CHARS)
            .collect(),
        codec: codec(Some(stream).filter(|stream| !stream.disabled)),
        disabled: stream.disabled,
    })
}

/// A codec's name, if it looks like one.
fn codec(stream: Option<&Stream>) -> Option<String> {
    let codec = stream?.codec.as_deref()?;
    let plain = codec.len() <= 16 && codec.bytes().all(|b| b.is_ascii_alphanumeric());
    plain.then(|| codec.to_owned())
}

/// Sound or picture; data channels are neither.
pub(super) fn kind(kind: MediaKind) -> Option<Kind> {
    match kind {
        MediaKind::Audio => Some(Kind::Audio),
        MediaKind::Video => Some(Kind::Video),
        MediaKind::Data => None,
    }
}

/// What is on the m-lines of a subscriber; inactive ones are left out.
pub(super) fn subscribed(streams: Vec<videoroom::SubscribedStream>) -> Vec<SubscribedStream> {
    let active = streams.into_iter().filter(|stream| stream.active);
    active
        .filter_map(|stream| {
            Some(SubscribedStream {
                mid: Mid::parse(&stream.mid)?,
                feed: Feed::parse(&stream.feed_id?)?,
                feed_mid: Mid::parse(&stream.feed_mid?)?,
            })
        })
        .collect()
}

/// An offer with its m-lines; `before` is what was on them.
pub(super) fn offer(
    offer: Offer,
    before: &[SubscribedStream],
) -> Result<SubscriberOffer, GatewayError> {
    Ok(SubscriberOffer {
        offer: sdp(&offer.sdp)?,
        streams: offer.streams.map_or_else(|| before.to_vec(), subscribed),
    })
}

/// A candidate, or the end of them.
pub(super) fn candidate(candidate: Option<Candidate>) -> Value {
    match candidate {
        None => json!({"completed": true}),
        Some(candidate) => json!({
            "candidate": candidate.line,
            "sdpMid": candidate.sdp_mid,
            "sdpMLineIndex": candidate.sdp_m_line_index,
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(description: Option<&str>, disabled: bool) -> Stream {
        Stream {
            mid: "1".into(),
            kind: MediaKind::Video,
            codec: Some("vp8".into()),
            description: description.map(str::to_owned),
            disabled,
        }
    }

    #[test]
    fn a_description_is_read_back_as_it_was_written() {
        let spec = StreamSpec {
            mid: Mid::parse("1").unwrap(),
            source: Source::Screen,
            label: "a \"quoted\" ä".into(),
        };
        let [description] = &descriptions(std::slice::from_ref(&spec))[..] else {
            panic!()
        };
        let read = published_stream(&stream(Some(&description.description), false)).unwrap();
        assert_eq!((read.source, read.label), (spec.source, spec.label));
    }

    #[test]
    fn foreign_descriptions_and_feeds_do_no_harm() {
        let long = format!("{{\"s\":\"mic\",\"l\":\"\\u0007{}\"}}", "x".repeat(500));
        let read = published_stream(&stream(Some(&long), true)).unwrap();
        assert_eq!(read.label, "x".repeat(64));
        assert_eq!(read.codec, None, "disabled streams have none");
        let read = published_stream(&stream(Some("hello"), false)).unwrap();
        assert_eq!(read.source, Source::Camera);
        let foreign = Publisher {
            id: "<x>".into(),
            streams: vec![],
        };
        assert_eq!(publications(vec![foreign]), vec![]);
    }
}
