//! What two processes say to each other: words in a line.

use k00_given::{AppendError, Cents, Event, History, Item, OrderId, Timestamp, Version};

use crate::requests::{Answer, Ask};

/// Where there is nothing.
const NONE: &str = "-";

pub fn of_ask(ask: &Ask) -> String {
    format!("{} {} {}", ask.method, ask.path, ask.body)
}

pub fn to_ask(line: &str) -> Option<Ask> {
    let mut words = line.splitn(3, ' ').map(str::to_owned);
    Some(Ask { method: words.next()?, path: words.next()?, body: words.next()? })
}

pub fn of_answer(answer: &Answer) -> String {
    let Answer { status, location, content_type, body } = answer;
    let or_none = |text: &Option<String>| text.clone().unwrap_or(NONE.into());
    format!("{status}\t{}\t{}\t{body}", or_none(location), or_none(content_type))
}

pub fn to_answer(line: &str) -> Option<Answer> {
    let mut words = line.splitn(4, '\t');
    let status = words.next()?.parse().ok()?;
    let [location, content_type] =
        [words.next()?, words.next()?].map(|w| (w != NONE).then(|| w.to_owned()));
    Some(Answer { status, location, content_type, body: words.next()?.to_owned() })
}

pub fn of_history(history: &History) -> String {
    of_events(&history.events)
}

pub fn to_history(line: &str) -> Option<History> {
    let events = to_events(line)?;
    Some(History { version: Version(events.len() as u64), events })
}

pub fn of_append(order: OrderId, expected: Version, events: &[Event]) -> String {
    format!("{} {} {}", order.0, expected.0, of_events(events))
}

pub fn to_append(line: &str) -> Option<(OrderId, Version, Vec<Event>)> {
    let mut words = line.splitn(3, ' ');
    let order = OrderId(words.next()?.parse().ok()?);
    let expected = Version(words.next()?.parse().ok()?);
    Some((order, expected, to_events(words.next()?)?))
}

pub fn of_appended(appended: Result<Version, AppendError>) -> String {
    match appended {
        Ok(version) => version.0.to_string(),
        Err(why) => format!("{why:?}"),
    }
}

pub fn to_appended(line: &str) -> Option<Result<Version, AppendError>> {
    match line {
        "Conflict" => Some(Err(AppendError::Conflict)),
        "Unavailable" => Some(Err(AppendError::Unavailable)),
        version => Some(Ok(Version(version.parse().ok()?))),
    }
}

/// The names of the items in these tests have no space and no semicolon.
fn of_events(events: &[Event]) -> String {
    let words = |event: &Event| match event {
        Event::Added(item) => format!("added {} {} {}", item.name, item.units, item.price.0),
        Event::Confirmed { total, at } => format!("confirmed {} {}", total.0, at.0),
        Event::Cancelled { at } => format!("cancelled {}", at.0),
    };
    events.iter().map(words).collect::<Vec<_>>().join(";")
}

fn to_events(line: &str) -> Option<Vec<Event>> {
    line.split(';').filter(|text| !text.is_empty()).map(to_event).collect()
}

fn to_event(text: &str) -> Option<Event> {
    let words: Vec<&str> = text.split(' ').collect();
    let number = |n: usize| words.get(n)?.parse::<u64>().ok();
    Some(match *words.first()? {
        "added" => Event::Added(Item {
            name: (*words.get(1)?).to_owned(),
            units: number(2)?,
            price: Cents(number(3)?),
        }),
        "confirmed" => Event::Confirmed { total: Cents(number(1)?), at: Timestamp(number(2)?) },
        _ => Event::Cancelled { at: Timestamp(number(1)?) },
    })
}
