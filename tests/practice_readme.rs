//! The section "Practise" of the README: its transcripts are what the screen shows on those evenings, and no line of
//! theirs is broken by the terminal, however wide it is.
#![cfg(unix)]
#![allow(clippy::unwrap_used)]

mod coach;
mod evenings;
mod screen;

use coach::Coach;
use screen::{ENTER, MENU, Screen};

const QUESTION: &str = "rag-vs-fine-tuning";
/// What is said on the evenings before: the mechanism, with a word on cost on the third of them only.
const EARLIER: &str = "RAG looks things up when the question comes in and puts the best passages into the prompt, while \
    fine-tuning changes the weights.";
const COST: &str = "Retrieval adds a search step and so adds latency to every request.";
/// What is said on the evening that the README shows, and what is added when it is revised.
const SAID: [&str; 2] = [
    "RAG retrieves passages at inference and puts them into the prompt 📚.",
    "Fine-tuning changes the weights, so new facts need new training.",
];
const ADDED: &str = "RAG adds latency and input tokens to every request; fine-tuning has an up-front cost.";

#[test]
fn the_program_on_another_evening() {
    evenings::run_if_asked();
}

/// Answers the question on four evenings and grades it each time.
fn four_evenings() -> Coach {
    let coach = Coach::new();
    for evening in 0..4 {
        let mut screen = Screen::start(evenings::command(&coach, evening, &["practice", QUESTION]));
        screen.write_line(EARLIER);
        if evening == 2 {
            screen.write_line(COST);
        }
        screen.write_line(".");
        screen.see(MENU);
        screen.press("q");
        assert_eq!(screen.end().0.code(), Some(0));
    }
    coach
}

/// A terminal so high that nothing scrolls off it.
fn on_the_fifth_evening(coach: &Coach, columns: u16, arguments: &[&str]) -> Screen {
    const LINES: u16 = 300;
    Screen::start_sized(evenings::command(coach, 4, arguments), (LINES, columns))
}

/// What the screen shows, without what the test's own executable prints first.
fn lines(screen: &Screen) -> Vec<String> {
    let shown = screen.shown().screen().contents();
    let lines = shown.lines().map(|line| line.trim_end().to_owned());
    lines.skip_while(|line| line.is_empty() || line == "running 1 test").collect()
}

/// Practises on the fifth evening: answer, revision, the end.
fn practise(coach: &Coach, columns: u16) -> Screen {
    let mut screen = on_the_fifth_evening(coach, columns, &["practice"]);
    screen.see("Which question?");
    screen.press(ENTER);
    for line in SAID {
        screen.write_line(line);
    }
    screen.write_line(".");
    screen.see(MENU);
    screen.press("r");
    for line in SAID {
        screen.see(line);
        screen.press(ENTER);
    }
    screen.write_line(ADDED);
    screen.write_line(".");
    screen.see(MENU);
    screen.press("q");
    assert_eq!(screen.end().0.code(), Some(0));
    screen
}

/// The transcripts of the section, each as its lines.
fn transcripts() -> Vec<Vec<String>> {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let section = readme.split("\n## Practise\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let blocks = section.split("```text\n").skip(1).map(|block| block.split("```").next().unwrap());
    blocks.map(|block| block.lines().map(str::to_owned).collect()).collect()
}

/// Asserts that the screen has these lines, one under the other; `...` stands for any lines.
fn assert_shows(screen: &Screen, transcript: &[String]) {
    let shown: Vec<String> = lines(screen).iter().map(|line| without_figures(line)).collect();
    let parts = transcript.split(|line| line == "...");
    let mut from = 0;
    for part in parts.filter(|part| !part.is_empty()) {
        let part: Vec<String> = part.iter().map(|line| without_figures(line)).collect();
        let found = shown[from..].windows(part.len()).position(|lines| lines == part);
        let found = found.unwrap_or_else(|| {
            panic!("the screen does not show\n{}\nbut\n{}", part.join("\n"), shown[from..].join("\n"))
        });
        from += found + part.len();
    }
}

/// Figures of the built-in judge move with its version; what stands around them does not.
fn without_figures(line: &str) -> String {
    let figures = |c: char| if c.is_ascii_digit() { '0' } else { c };
    line.chars().map(figures).collect::<String>().replace("00", "0").trim_end().to_owned()
}

#[test]
fn the_transcripts_are_what_the_screen_shows() {
    let coach = four_evenings();
    let transcripts = transcripts();
    let [evening, revision, progress] = transcripts.as_slice() else {
        panic!("three transcripts, not {}", transcripts.len())
    };
    assert_eq!([&evening[0], &progress[0]], ["$ coach practice", "$ coach progress"]);
    let screen = practise(&coach, 80);
    assert_shows(&screen, &evening[1..]);
    assert_shows(&screen, revision);
    let mut screen = on_the_fifth_evening(&coach, 80, &["progress"]);
    assert_eq!(screen.end().0.code(), Some(0));
    assert_shows(&screen, &progress[1..]);
}

#[test]
fn the_terminal_breaks_no_line_at_any_width() {
    let coach = four_evenings();
    for columns in [60, 80, 140] {
        let mut screens = vec![practise(&coach, columns)];
        for arguments in [&["progress"][..], &["interview", "--questions", "1"]] {
            let mut screen = on_the_fifth_evening(&coach, columns, arguments);
            if arguments[0] == "interview" {
                screen.write_line(SAID[0]);
                screen.write_line(".");
                screen.see("Follow-up:");
                screen.write_line(SAID[1]);
                screen.write_line(".");
            }
            assert_eq!(screen.end().0.code(), Some(0));
            screens.push(screen);
        }
        for screen in screens {
            let shown = screen.shown();
            let lines: Vec<String> = shown.screen().rows(0, columns).collect();
            // What is being written is the one text that the program does not lay out.
            let is_typed = |line: &str| line.starts_with(screen::PROMPT);
            let broken =
                (0..).zip(&lines).filter(|(row, line)| shown.screen().row_wrapped(*row) && !is_typed(line));
            assert_eq!(broken.collect::<Vec<_>>(), [], "{columns} columns");
        }
    }
}
