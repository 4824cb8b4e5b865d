use jzon::{JsonValue, object};

use crate::{Malformed, Status, Timeline, parse, text};

/// A line of source, as a panic names it: a path relative to the workspace, and a line from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub file: String,
    pub line: u32,
}

impl Place {
    pub(crate) fn json(&self) -> JsonValue {
        object! { "file": self.file.as_str(), "line": self.line }
    }

    /// None for null.
    pub(crate) fn of(value: &JsonValue) -> Option<Self> {
        (!value.is_null()).then(|| Self {
            file: text(value, "file").unwrap_or_default(),
            line: value["line"].as_u32().unwrap_or(0),
        })
    }
}

/// What a test says of its own failure. For showing only: the runner believes receipts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// [`Status::Fail`], or [`Status::Stuck`] where the lab knows that nothing moves any more.
    pub status: Status,
    /// What happened instead of the behaviour, for a learner to read; lines of at most 76 columns.
    pub message: String,
    pub place: Option<Place>,
    pub timeline: Option<Timeline>,
    /// The code that `cargo xtask replay` takes after the kata's id.
    pub replay: Option<String>,
    /// How many schedules were tried, this one included.
    pub schedules: Option<u64>,
}

impl Outcome {
    pub fn new(status: Status, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            place: None,
            timeline: None,
            replay: None,
            schedules: None,
        }
    }

    pub fn to_json(&self) -> String {
        object! {
            "schema": "trece-outcome/v1",
            "status": self.status.as_str(),
            "message": self.message.as_str(),
            "place": self.place.as_ref().map(Place::json),
            "timeline": self.timeline.as_ref().map(Timeline::json),
            "replay": self.replay.as_deref(),
            "schedules": self.schedules,
        }
        .dump()
    }

    /// # Errors
    /// When `json` is not an outcome of this version.
    pub fn from_json(json: &str) -> Result<Self, Malformed> {
        let value = parse(json)?;
        if value["schema"] != "trece-outcome/v1" {
            return Err(Malformed("not a trece-outcome/v1".into()));
        }
        let timeline = match &value["timeline"] {
            JsonValue::Null => None,
            timeline => Some(Timeline::of(timeline)?),
        };
        Ok(Self {
            status: text(&value, "status")
                .and_then(|s| Status::parse(&s))
                .ok_or_else(|| Malformed("an outcome needs a status".into()))?,
            message: text(&value, "message").unwrap_or_default(),
            place: Place::of(&value["place"]),
            timeline,
            replay: text(&value, "replay"),
            schedules: value["schedules"].as_u64(),
        })
    }
}
