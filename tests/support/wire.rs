//! The wire by `docs/protocol.schema.json`: what a client receives is held to it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use jsonschema::Validator;
use serde_json::{Value, json};

/// The shapes of what the server sends.
pub struct Wire {
    events: BTreeMap<String, Validator>,
    /// Of the ok reply to each request.
    responses: BTreeMap<String, Validator>,
    error: Validator,
}

impl Wire {
    /// As it is in the tree; read once.
    pub fn get() -> &'static Self {
        static WIRE: OnceLock<Wire> = OnceLock::new();
        WIRE.get_or_init(Self::read)
    }

    fn read() -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol.schema.json");
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let shape = |shape: &Value| {
            let mut whole = shape.clone();
            whole["$defs"] = schema["$defs"].clone();
            jsonschema::draft202012::new(&whole).unwrap()
        };
        let members = |map: &str| schema["$defs"][map]["properties"].as_object().unwrap();
        let of = |(name, what): (&String, &Value)| (name.clone(), shape(what));
        let answer = |(name, request): (&String, &Value)| {
            (name.clone(), shape(&request["properties"]["response"]))
        };
        Self {
            events: members("Events").iter().map(of).collect(),
            responses: members("Requests")
                .iter()
                .chain(members("Channel"))
                .map(answer)
                .collect(),
            error: shape(&json!({ "$ref": "#/$defs/ErrorReply" })),
        }
    }

    /// Whether a frame is one that the protocol knows. `asked`: the event of the request that its ref
    /// names. Errors: what is wrong with it.
    pub fn check(&self, frame: &Value, asked: Option<&str>) -> Result<(), String> {
        let text_or_null = |value: &Value| value.is_string() || value.is_null();
        let Some([join_ref, reference, topic, event, payload]) =
            frame.as_array().map(Vec::as_slice)
        else {
            return Err(format!("no array of five: {frame}"));
        };
        let event = match event.as_str() {
            Some(event) if topic.is_string() && text_or_null(join_ref) => event,
            _ => return Err(format!("no frame: {frame}")),
        };
        let wrong = |what: &str| {
            let shown: String = frame.to_string().chars().take(500).collect();
            Err(format!("{event}: {what}: {shown}"))
        };
        if event != "phx_reply" {
            return match self.events.get(event) {
                None => wrong("no such event"),
                Some(_) if !reference.is_null() => wrong("an event with a ref"),
                Some(shape) => fits(shape, payload).or_else(|error| wrong(&error)),
            };
        }
        // What could not be read has no ref; what has one answers something that was asked.
        if asked.is_none() && !reference.is_null() {
            return wrong("nothing was asked with that ref, or it was answered before");
        }
        let (status, response) = (&payload["status"], &payload["response"]);
        let shape = match (status.as_str(), asked) {
            (Some("error"), _) => Some(&self.error),
            (Some("ok"), Some(asked)) => self.responses.get(asked),
            _ => None,
        };
        match shape {
            None => wrong(&format!("no such reply to {asked:?}")),
            Some(_) if payload.as_object().is_none_or(|reply| reply.len() != 2) => {
                wrong("more than a status and a response")
            }
            Some(shape) => {
                fits(shape, response).or_else(|error| wrong(&format!("to {asked:?}: {error}")))
            }
        }
    }
}

fn fits(shape: &Validator, value: &Value) -> Result<(), String> {
    shape
        .validate(value)
        .map_err(|error| format!("{error} at {:?}", error.instance_path().to_string()))
}
