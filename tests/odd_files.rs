//! Files that are not what they should be, and pipes, which can be read once.

#![cfg(unix)]

mod coach;
mod screen;

use coach::{Coach, answer};
use screen::Screen;

const TEXT: &str = "Surprisal is minus the logarithm of the probability.";

fn two_answers() -> String {
    answer("a", "surprisal", TEXT) + &answer("b", "surprisal", TEXT)
}

#[test]
fn a_named_pipe_is_read_once_and_whole() {
    let coach = Coach::new();
    let pipe = coach.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Opening waits for the reader; who opens it a second time finds nobody there.
    let writer = std::thread::spawn(move || std::fs::write(pipe, two_answers()));
    let ran = coach.run(&["grade", "pipe"]);
    writer.join().unwrap().unwrap();
    assert_eq!((ran.stdout.lines().count(), ran.code), (2, 0), "{}", ran.stderr);
}

#[test]
fn a_pipe_is_not_used_up_by_counting_for_the_bar() {
    let coach = Coach::new();
    coach.write("answers", two_answers());
    let mut command = coach.command(&[]);
    command = {
        let environment: Vec<_> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        let mut shell = std::process::Command::new("/bin/sh");
        let program = env!("CARGO_BIN_EXE_coach");
        shell.args(["-c", &format!("/bin/cat answers | {program} grade /dev/stdin -o g.jsonl")]);
        shell.current_dir(coach.folder()).env_clear().envs(environment);
        shell
    };
    let (status, printed) = Screen::start(command).end();
    assert!(status.success(), "{printed}");
    assert_eq!(coach.grades("g.jsonl").len(), 2, "{printed}");
}

#[test]
fn what_a_spreadsheet_gets_wrong_is_named_and_never_half_graded() {
    let wide: Vec<u8> = "\u{feff}id,answer\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, content, code, said) in [
        ("u.csv", wide.as_slice(), 2, "error: u.csv is UTF-16\nhint: save the file as UTF-8"),
        ("s.csv", b"id;question;answer\n1;surprisal;x\n", 2, "hint: columns are separated by commas"),
        ("d.csv", b"id,Answer,answer\n1,x,y\n", 2, "d.csv line 1 has the column `answer` more than once"),
        (
            "c.csv",
            b"id,question,answer\n1,surprisal,Minus log p, in bits\n",
            3,
            "the row has 4 columns and the header 3; an answer with commas needs quotation marks",
        ),
        ("e.csv", b"id,question,answer\n1,surprisal,Minus log p,,\n", 0, "1 graded"),
    ] {
        let coach = Coach::new();
        coach.write(name, content);
        let ran = coach.run(&["grade", name, "--question", "surprisal"]);
        assert_eq!(ran.code, code, "{name}: {}", ran.stderr);
        assert!(ran.stderr.contains(said), "{name}: {}", ran.stderr);
    }
}

#[test]
fn a_score_that_cannot_be_is_no_grade() {
    let coach = Coach::new();
    coach.write("a.jsonl", answer("a", "surprisal", TEXT));
    assert_eq!(coach.run(&["grade", "a.jsonl", "-o", "g.jsonl"]).code, 0);
    let score = coach.grades("g.jsonl")[0]["score"].to_string();
    for wrong in ["-5000", "100.1", "1e300"] {
        coach.write(
            "wrong.jsonl",
            coach.read("g.jsonl").replace(&format!("\"score\":{score}"), &format!("\"score\":{wrong}")),
        );
        let ran = coach.run(&["report", "wrong.jsonl"]);
        assert_eq!(ran.code, 2, "{wrong}: {}", ran.stdout);
        assert!(ran.stderr.contains("is not within 0 to 100"), "{}", ran.stderr);
    }
}

#[test]
fn a_template_that_never_shows_the_answer_is_refused() {
    let coach = Coach::new().env("OPENAI_BASE_URL", "http://127.0.0.1:9/v1").env("COACH_MODEL", "m");
    coach.write("config.toml", "prompts = 'mine'");
    coach.write("mine/answer.md", "Between {{ marker }} and {{ marker }} is nothing.");
    coach.write("a.jsonl", answer("a", "surprisal", TEXT));
    let ran = coach.run(&["grade", "a.jsonl", "--config", "config.toml"]);
    assert_eq!(
        ran.stderr,
        "error: the prompt template answer.md never uses `answer`\n\
         hint: write {{ answer }} where it belongs, as in the shipped one in prompts/\n"
    );
    assert_eq!(ran.code, 2);
}
