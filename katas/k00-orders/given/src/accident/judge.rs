//! Whether a table of marks explains what the service does.

use protocol::{Outcome, Status};

use super::scene::{self, Scene};
use super::{Effect, Line};

/// Compares the marks with what each line does when the service runs. They may come in any order.
///
/// # Errors
/// With the first line that has no mark, two of them, or one that does not explain what is seen.
pub fn judge(marks: &[(Line, Effect)]) -> Result<(), Box<Outcome>> {
    for line in Line::ALL {
        let scene = scene::of(line);
        let mine: Vec<Effect> = marks.iter().filter(|m| m.0 == line).map(|m| m.1).collect();
        let said = match mine[..] {
            [mark] if mark == effect(&scene) => continue,
            [mark] => wrong(line, mark, &scene),
            [] => missing(line, marks, &scene),
            _ => {
                format!("Line {line} has {} marks.\nExpected: one\nSaw:      {mine:?}", mine.len())
            }
        };
        let mut outcome = Outcome::new(Status::Fail, said);
        outcome.timeline = Some(scene.timeline);
        return Err(Box::new(outcome));
    }
    Ok(())
}

/// The last that is true of the line.
fn effect(scene: &Scene) -> Effect {
    scene.touched.iter().map(|(effect, _)| *effect).max().unwrap_or(Effect::Pure)
}

fn missing(line: Line, marks: &[(Line, Effect)], scene: &Scene) -> String {
    let marked = Line::ALL.iter().filter(|line| marks.iter().any(|m| m.0 == **line)).count();
    let (expected, saw, of) = (&scene.expected, &scene.saw, Line::ALL.len());
    if marked == 0 {
        return format!("Expected: {expected}.  Saw: {saw}.  Lines you have marked: 0 of {of}.");
    }
    format!(
        "Lines you have marked: {marked} of {of}. The next is {line}, `{}`.\n\
         Expected: {expected}\nSaw:      {saw}",
        line.code()
    )
}

fn wrong(line: Line, mark: Effect, scene: &Scene) -> String {
    let expected = match mark {
        Effect::Pure => "it touches nothing but its arguments and its result",
        Effect::ReadsClock => "the time decides what it gives, and nothing else does",
        Effect::ReadsState => "what earlier calls left decides what it gives, and is left alone",
        Effect::WritesState => "it changes what a later call of the service can read, and no more",
        Effect::ExternalEffect => "it does what the service can neither read nor take back",
    };
    // Why it is not outside: what was written can be read again.
    let read_again = mark == Effect::ExternalEffect && effect(scene) == Effect::WritesState;
    let mut seen: Vec<&str> = scene.touched.iter().map(|(_, text)| text.as_str()).collect();
    seen.dedup();
    let saw = match seen[..] {
        [] => "it touches nothing but its arguments and its result".to_owned(),
        _ if read_again => format!("{}, which a later call can read", seen.join("; ")),
        _ => seen.join("; "),
    };
    format!(
        "Line {line}, `{}`, is marked `{mark:?}`.\nExpected: {expected}\nSaw:      {saw}",
        line.code()
    )
}

#[cfg(test)]
mod tests {
    use super::super::{Effect, Line};
    use super::judge;

    const RIGHT: [(Line, Effect); 7] = [
        (Line::A, Effect::WritesState),
        (Line::B, Effect::Pure),
        (Line::C, Effect::ReadsClock),
        (Line::D, Effect::ExternalEffect),
        (Line::E, Effect::WritesState),
        (Line::F, Effect::WritesState),
        (Line::G, Effect::ReadsState),
    ];

    const EFFECTS: [Effect; 5] = [
        Effect::Pure,
        Effect::ReadsClock,
        Effect::ReadsState,
        Effect::WritesState,
        Effect::ExternalEffect,
    ];

    fn refusal(marks: &[(Line, Effect)]) -> String {
        let outcome = judge(marks).expect_err("not the right marks");
        let timeline = outcome.timeline.expect("a story").text(80);
        assert!(timeline.lines().all(|l| l.chars().count() <= 80), "{timeline}");
        assert!(outcome.message.lines().all(|l| l.chars().count() <= 76), "{}", outcome.message);
        format!("{}\n{timeline}", outcome.message)
    }

    #[test]
    fn one_table_is_right_in_any_order() {
        assert_eq!(judge(&RIGHT), Ok(()));
        let mut other = RIGHT;
        other.reverse();
        assert_eq!(judge(&other), Ok(()));
    }

    #[test]
    fn every_other_mark_is_refused_with_what_is_seen() {
        for n in 0..RIGHT.len() {
            for effect in EFFECTS.into_iter().filter(|e| *e != RIGHT[n].1) {
                let mut marks = RIGHT;
                marks[n].1 = effect;
                let said = refusal(&marks);
                assert!(said.contains(&format!("{} `", RIGHT[n].0).replace(" `", ", `")), "{said}");
            }
        }
        assert!(refusal(&[RIGHT[0], RIGHT[0]]).contains("has 2 marks"));
        let mut marks = RIGHT;
        marks[4].1 = Effect::ExternalEffect;
        let said = refusal(&marks);
        assert!(said.contains("Saw:      disk + order 1, which a later call can read"), "{said}");
    }

    #[test]
    fn the_first_screen_is_small() {
        let said = refusal(&[]);
        assert!(said.contains("Expected: ids 1, 2.  Saw: 1, 1.  Lines you have marked: 0 of 7."));
        assert!(said.contains("201 order 1  ← A's id again"), "{said}");
        assert_eq!(said.lines().count(), 8, "{said}");
        assert!(refusal(&RIGHT[..3]).contains("3 of 7. The next is [d]"));
    }
}
