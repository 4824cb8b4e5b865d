//! The service itself, and what it runs in. What are statics in the text are fields here, so that
//! two processes fit into one.

use std::collections::BTreeMap;

use protocol::timeline::Row;

use super::{Effect, Line};

/// What both replicas share, and a record of what each marked line did to it, or to the memory of
/// its own process.
#[derive(Default)]
pub struct World {
    /// Minutes since nine o'clock.
    pub minutes: u64,
    pub disk: Vec<u64>,
    pub disk_is_full: bool,
    pub mails: Vec<u64>,
    pub touched: BTreeMap<Line, Vec<(Effect, String)>>,
    pub rows: Vec<(Option<Line>, Row)>,
}

/// One process.
pub struct Replica {
    lane: usize,
    next_id: u64,
    recent: BTreeMap<u64, String>,
}

/// What is full is the disk.
pub struct Full;

impl World {
    pub fn say(&mut self, lane: usize, text: impl Into<String>) {
        self.rows.push((None, Row::new(lane, text)));
    }

    pub fn mark(&mut self, mark: &str) {
        if let Some((_, row)) = self.rows.last_mut() {
            row.mark = Some(mark.to_owned());
        }
    }

    fn did(&mut self, who: usize, line: Line, effect: Effect, text: &str) {
        self.touched.entry(line).or_default().push((effect, text.to_owned()));
        self.rows.push((Some(line), Row::new(who, format!("{text}  {line}"))));
    }

    fn clock(&self) -> String {
        format!("{:02}:{:02}", 9 + self.minutes / 60, self.minutes % 60)
    }
}

impl Replica {
    pub fn new(lane: usize) -> Self {
        Self { lane, next_id: 0, recent: BTreeMap::new() }
    }

    /// `POST /orders`.
    pub fn post(
        &mut self,
        world: &mut World,
        item: &str,
        units: u64,
        price: u64,
    ) -> Result<u64, Full> {
        let me = self.lane;
        world.say(me, format!("POST /orders {item}"));

        let before = self.next_id;
        self.next_id += 1;
        let id = self.next_id;
        world.did(me, Line::A, Effect::WritesState, &format!("NEXT_ID {before} → {id}"));

        let total = units * price;
        let text = format!("total {units} × {price} = {total}");
        world.rows.push((Some(Line::B), Row::new(me, format!("{text}  {}", Line::B))));

        let at = world.clock();
        world.did(me, Line::C, Effect::ReadsClock, &format!("the clock says {at}"));

        world.mails.push(id);
        world.did(me, Line::D, Effect::ExternalEffect, &format!("mail: order {id}, {total}"));

        if world.disk_is_full {
            world.did(me, Line::E, Effect::WritesState, "the disk is full");
            world.say(me, "500");
            return Err(Full);
        }
        world.disk.push(id);
        world.did(me, Line::E, Effect::WritesState, &format!("disk + order {id}"));

        self.recent.insert(id, item.to_owned());
        world.did(me, Line::F, Effect::WritesState, &format!("RECENT + order {id}"));

        world.say(me, format!("201 order {id}"));
        Ok(id)
    }

    /// `GET /orders/{id}`.
    pub fn get(&self, world: &mut World, id: u64) -> Option<&str> {
        let me = self.lane;
        world.say(me, format!("GET /orders/{id}"));
        let found = self.recent.get(&id).map(String::as_str);
        let text = match found {
            Some(item) => format!("RECENT has {item}"),
            None => format!("RECENT has no order {id}"),
        };
        world.did(me, Line::G, Effect::ReadsState, &text);
        world.say(me, if found.is_some() { "200" } else { "404" });
        found
    }
}
