//! How the race is shown: drawn in two columns, or told in a sentence a move.

use std::fmt::Write as _;

use k02_given::Who;
use k02_given::race::{Effect, Line, Machine, Move};

use crate::words::{Words, fill};

/// Where B's column begins.
const COLUMN: usize = 40;

/// Both programs with a marker at the next line, the local copies and the books.
pub fn draw(machine: &Machine, words: &Words, colour: bool) -> String {
    let mut out = String::new();
    row(&mut out, Who::BOTH.map(|who| (format!("     {}", who.name()), false)), colour);
    for line in Line::ALL {
        let cells = Who::BOTH.map(|who| {
            let here = machine.next(who) == Some(line);
            let marker = if here { "→" } else { " " };
            (format!("  {marker} {}  {}", number(line), code(line, words)), here)
        });
        row(&mut out, cells, colour);
    }
    let state = Who::BOTH.map(|who| {
        let seen = machine.seen(who).map_or("–".to_owned(), |seen| seen.to_string());
        let end = match (machine.next(who), machine.paid(who)) {
            (Some(_), _) => String::new(),
            (None, 0) => format!("   {}", words.refused),
            (None, _) => format!("   {}", words.paid),
        };
        (format!("     seen = {seen}{end}"), false)
    });
    out.push('\n');
    row(&mut out, state, colour);
    let _ = writeln!(
        out,
        "\n     {} {}    {} {}",
        words.balance,
        machine.balance(),
        words.paid_out,
        machine.paid_out()
    );
    out
}

/// The program, once: what a drawing shows all the time.
pub fn program(words: &Words) -> String {
    let mut out = format!("{}\n", words.program);
    for line in Line::ALL {
        let _ = writeln!(out, "  {}  {}", number(line), code(line, words));
    }
    out
}

/// A move was taken back: where `who` is now.
pub fn tell_back(who: Who, machine: &Machine, words: &Words) -> Option<String> {
    let line = number(machine.next(who)?).to_string();
    Some(fill(words.undone, &[who.name(), &line]))
}

/// As people count.
const fn number(line: Line) -> u8 {
    line as u8 + 1
}

/// What a move did, and the books after it.
pub fn tell(done: &Move, machine: &Machine, words: &Words) -> String {
    let who = done.who.name();
    let seen = machine.seen(done.who).unwrap_or_default().to_string();
    let did = match done.effect {
        Effect::Saw(_) => fill(words.did_read, &[who, &seen]),
        Effect::Enough => fill(words.did_check, &[who, &seen]),
        Effect::Refused => fill(words.did_refuse, &[who, &seen]),
        Effect::Wrote { balance, .. } => fill(words.did_pay, &[who, &balance.to_string()]),
    };
    let books = [machine.balance().to_string(), machine.paid_out().to_string()];
    format!("{did} {}", fill(words.books, &[&books[0], &books[1]]))
}

/// The Rust code of the answer, ready for `src/s1_observe.rs`.
pub fn answer(schedule: &[Who]) -> String {
    let moves: Vec<String> = schedule.iter().map(|who| format!("Who::{}", who.name())).collect();
    format!("pub fn losing_schedule() -> Vec<Who> {{\n    vec![{}]\n}}\n", moves.join(", "))
}

fn code(line: Line, words: &Words) -> String {
    match line {
        Line::Read => "let seen = balance;".to_owned(),
        Line::Check => "if seen < 70 { refuse }".to_owned(),
        Line::Pay => format!("balance = seen - 70; {}", words.pays),
    }
}

/// A cell is a text and whether it stands out.
fn row(out: &mut String, cells: [(String, bool); 2], colour: bool) {
    let [(left, left_bold), (right, right_bold)] = cells;
    let gap = " ".repeat(COLUMN.saturating_sub(left.chars().count()));
    let paint = |text: &str, bold: bool| {
        if colour && bold { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    };
    let line = format!("{}{gap}{}", paint(&left, left_bold), paint(&right, right_bold));
    let _ = writeln!(out, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use k02_given::Who::{A, B};
    use k02_given::race::Machine;

    use super::{answer, draw, tell};
    use crate::words::Lang;

    #[test]
    fn draws_both_programs_side_by_side() {
        let mut machine = Machine::new();
        for who in [A, A, A, B] {
            machine.step(who).expect("a legal move");
        }
        assert_eq!(
            draw(&machine, Lang::En.words(), false),
            "     A                                       B\n\
             \x20   1  let seen = balance;                  1  let seen = balance;\n\
             \x20   2  if seen < 70 { refuse }            → 2  if seen < 70 { refuse }\n\
             \x20   3  balance = seen - 70; pay 70          3  balance = seen - 70; pay 70\n\
             \n\
             \x20    seen = 100   paid 70                    seen = 30\n\
             \n\
             \x20    balance 30    paid out 70\n"
        );
    }

    #[test]
    fn colour_only_where_it_is_wanted() {
        let machine = Machine::new();
        assert!(draw(&machine, Lang::Es.words(), true).contains("\u{1b}[1m"));
        assert!(!draw(&machine, Lang::Es.words(), false).contains('\u{1b}'));
    }

    #[test]
    fn tells_a_move_in_a_sentence() {
        let mut machine = Machine::new();
        let done = machine.step(B).expect("a legal move");
        assert_eq!(
            tell(&done, &machine, Lang::Es.words()),
            "B lee el saldo: seen vale 100. Saldo 100, pagado 0."
        );
    }

    #[test]
    fn the_answer_is_code() {
        assert!(answer(&[A, B]).contains("vec![Who::A, Who::B]"));
    }
}
