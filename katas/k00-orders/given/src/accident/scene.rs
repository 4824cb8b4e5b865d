//! Short stories in which a marked line shows what it touches.

use protocol::timeline::Timeline;

use super::service::{Replica, World};
use super::{Effect, Line};

/// A story, run.
pub struct Scene {
    pub timeline: Timeline,
    /// What a customer may expect of it, and what he sees.
    pub expected: String,
    pub saw: String,
    /// What the line did that the story is about.
    pub touched: Vec<(Effect, String)>,
}

/// The story in which `line` shows what it touches.
pub fn of(line: Line) -> Scene {
    let mut world = World::default();
    let (mut a, mut b) = (Replica::new(0), Replica::new(1));
    let (expected, saw, shown) = match line {
        Line::A => two_customers(&mut world, &mut a, &mut b),
        Line::B | Line::C => the_same_again(&mut world, &mut a),
        Line::D => a_full_disk(&mut world, &mut a),
        Line::E | Line::F | Line::G => asked_elsewhere(&mut world, &mut a, &b),
    };
    let rows = world.rows.into_iter();
    let rows = rows.filter(|(line, _)| line.is_none_or(|l| shown.contains(&l)));
    let mut timeline = Timeline {
        lanes: vec!["replica A".into(), "replica B".into()],
        rows: rows.map(|(_, row)| row).collect(),
        ..Timeline::default()
    };
    if timeline.rows.iter().all(|row| row.lane == 0) {
        timeline.lanes.truncate(1);
    }
    let touched = world.touched.remove(&line).unwrap_or_default();
    Scene { timeline, expected, saw, touched }
}

type Story = (String, String, &'static [Line]);

fn two_customers(world: &mut World, a: &mut Replica, b: &mut Replica) -> Story {
    let ids = [a.post(world, "book", 1, 1999), b.post(world, "lamp", 1, 4550)];
    world.mark("A's id again");
    let [first, second] = ids.map(Result::unwrap_or_default);
    ("ids 1, 2".into(), format!("{first}, {second}"), &[Line::A])
}

fn the_same_again(world: &mut World, a: &mut Replica) -> Story {
    let _ = a.post(world, "book", 1, 1999);
    world.minutes += 1;
    let _ = a.post(world, "book", 1, 1999);
    let (expected, saw) = ("the same for the same call", "a total that is, a time that is not");
    (expected.into(), saw.into(), &[Line::B, Line::C])
}

fn a_full_disk(world: &mut World, a: &mut Replica) -> Story {
    world.disk_is_full = true;
    let answer = a.post(world, "lamp", 1, 4550);
    world.mark("the customer has a mail");
    let (orders, mails) = (world.disk.len(), world.mails.len());
    let saw = format!("{orders} orders, {mails} mail, {}", if answer.is_ok() { 201 } else { 500 });
    ("no order, no mail".into(), saw, &[Line::D, Line::E])
}

fn asked_elsewhere(world: &mut World, a: &mut Replica, b: &Replica) -> Story {
    let id = a.post(world, "book", 1, 1999).unwrap_or_default();
    let here = a.get(world, id).is_some();
    let there = b.get(world, id).is_some();
    world.mark("and it is on the disk");
    let said = |found| if found { "200" } else { "404" };
    let saw = format!("{}, then {}", said(here), said(there));
    ("the order, whoever is asked".into(), saw, &[Line::E, Line::F, Line::G])
}
