//! `coach rubric new`: from nothing to a file that passes the check, by flags and by asking.

mod coach;
#[cfg(unix)]
mod screen;

use coach::Coach;

const QUESTION: &str = "What is gradient clipping, and when does it help? Name what it costs.";

fn by_flags(coach: &Coach, more: &[&str]) -> coach::Ran {
    let usual = [
        "rubric",
        "new",
        "gradient-clipping",
        "--topic",
        "training",
        "--question",
        QUESTION,
        "--criterion",
        "How clipping works",
        "--criterion",
        "When it helps",
    ];
    coach.run(&[&usual, more].concat())
}

#[test]
#[expect(clippy::too_many_lines, reason = "the whole file is shown")]
fn flags_alone_make_a_file_that_passes_and_shows_what_to_write() {
    let coach = Coach::new();
    let ran = by_flags(&coach, &[]);
    insta::assert_snapshot!(ran.transcript(), @r#"
    rubrics/training/gradient-clipping.toml
    --- stderr
    Write what begins with "Replace:"; the comments say how. Then:
      coach rubric check rubrics/training/gradient-clipping.toml
      coach practice gradient-clipping --rubrics rubrics/training
    --- exit 0
    "#);
    insta::assert_snapshot!(coach.read("rubrics/training/gradient-clipping.toml"), @r#"
    # How answers to one question are judged. Every text that begins with "Replace:" is yours to write. Comments
    # begin with # and may go once you have read them. A text of several lines stands between three quotation
    # marks, as in the model answer.
    format = 1
    id = "gradient-clipping"
    title = "What is gradient clipping, and when does it help?"
    topic = "training"
    difficulty = "core"
    minutes = 4

    # What the interviewer says. A candidate must be able to tell from it what a full answer covers: what no part
    # of the question asks for, no criterion may ask for either.
    question = "What is gradient clipping, and when does it help? Name what it costs."

    # What a strong candidate would say in 4 minutes (520 words at most). It makes every key point below.
    # Candidates can read it after their answer.
    model_answer = """
    Replace: the answer that you would hope for."""

    # What to ask next, and where the facts can be checked. Neither changes a grade.
    follow_ups = [
      "Replace: a question that goes on from a good answer.",
    ]
    sources = [
      "Replace: author, year, title, and where it can be read.",
    ]

    # A criterion is one thing that an answer can do well or badly whatever it does elsewhere. If its title needs
    # an "and", make two of it. Three to six are usual.
    # dimension: theory, trade-offs, evaluation, safety or practice. weight: its share of the score relative to
    # the other criteria; equal weights are a good beginning.
    # key_points: statements that a full answer makes. Each is one sentence, true by itself, in words that an
    # answer might use. Not "explains chunking" but "Documents are split into chunks before they are indexed."
    # levels: what an answer has to show for each, the lowest first, 2 to 11 of them. Two people who read the same
    # answer must pick the same one. So say what is there and what is not ("exactly two of the three: ..."), and
    # keep words like good, clear or adequate out: each reader fills them differently. Every answer fits one level
    # and no answer fits two.
    [[criteria]]
    id = "how-clipping-works"
    title = "How clipping works"
    dimension = "theory"
    weight = 1
    key_points = [
      "Replace: the first statement that a full answer makes.",
      "Replace: the second statement, which can be right where the first is missing.",
      "Replace: the third statement.",
    ]
    levels = [
      "Replace: none of the three, or wrong; say what such an answer looks like here.",
      "Replace: exactly one of the three; name all three in a few words each.",
      "Replace: exactly two of the three; name the two that you would see most often.",
      "Replace: all three; say what each has to contain to count.",
    ]

    [[criteria]]
    id = "when-it-helps"
    title = "When it helps"
    dimension = "theory"
    weight = 1
    key_points = [
      "Replace: the first statement that a full answer makes.",
      "Replace: the second statement, which can be right where the first is missing.",
      "Replace: the third statement.",
    ]
    levels = [
      "Replace: none of the three, or wrong; say what such an answer looks like here.",
      "Replace: exactly one of the three; name all three in a few words each.",
      "Replace: exactly two of the three; name the two that you would see most often.",
      "Replace: all three; say what each has to contain to count.",
    ]

    # A mistake is an error that you have seen and want named, not the mere lack of a key point. kind = "said":
    # the answer asserts something wrong. kind = "omitted": it leaves out what the question asked for. Without
    # such an error, delete this table and its name in the exemplars. penalty: points of 100.
    # signs: sentences that make the mistake, each in words of its own. not_signs: sentences near it, yet right:
    # denials, warnings, the error quoted to reject it. Of an omission, signs wave the matter away and not_signs
    # cover it.
    [[mistakes]]
    id = "replace-this-id"
    title = "Replace: the error in a few words."
    kind = "said"
    penalty = 5
    description = "Replace: what is wrong, and what is right instead."
    signs = [
      "Replace: a sentence that makes the mistake.",
      "Replace: another, in other words.",
    ]
    not_signs = [
      "Replace: a sentence that warns against it.",
      "Replace: a right sentence that uses the same words.",
    ]
    advice = "Replace: what to do about it, to the candidate."

    # Sample answers with the levels that you would give. They never change a grade; they show whether a judge
    # grades as you do. Write them as candidates speak, not in the words of the key points. For each criterion you
    # want one at the top, one at the bottom and one between, and for each mistake one that makes it.
    [[exemplars]]
    name = "strong: makes every key point"
    answer = "Replace: an answer at the top of every criterion."
    levels = { how-clipping-works = 3, when-it-helps = 3 }
    mistakes = []

    [[exemplars]]
    name = "partial: one of the three each time"
    answer = "Replace: an answer at level 1 of every criterion."
    levels = { how-clipping-works = 1, when-it-helps = 1 }
    mistakes = []

    [[exemplars]]
    name = "weak: makes the mistake"
    answer = "Replace: an answer at the bottom that makes the mistake."
    levels = { how-clipping-works = 0, when-it-helps = 0 }
    mistakes = ["replace-this-id"]
    "#);
    let checked = coach.run(&["rubric", "check", "rubrics"]);
    assert_eq!(checked.code, 0, "{}", checked.transcript());
    let shown = coach.run(&["show", "gradient-clipping", "--rubrics", "rubrics"]);
    assert!(shown.stdout.contains("training, core, about 4 minutes"), "{}", shown.stdout);
    assert!(
        shown.stdout.starts_with("What is gradient clipping, and when does it help?\n"),
        "{}",
        shown.stdout
    );
}

#[test]
fn every_flag_is_in_the_file() {
    let coach = Coach::new();
    let more = ["--title", "Clipping", "--difficulty", "advanced", "--minutes", "1", "--out", "mine"];
    let ran = by_flags(&coach, &more);
    assert_eq!((ran.stdout.as_str(), ran.code), ("mine/gradient-clipping.toml\n", 0), "{}", ran.stderr);
    let shown = coach.run(&["show", "gradient-clipping", "--rubrics", "mine"]);
    assert!(shown.stdout.starts_with("Clipping\ntraining, advanced, about 1 minute\n"), "{}", shown.stdout);
}

#[test]
fn what_is_there_is_never_overwritten() {
    let coach = Coach::new();
    by_flags(&coach, &[]);
    coach.write("rubrics/training/gradient-clipping.toml", "# hours of work\n");
    let ran = by_flags(&coach, &[]);
    insta::assert_snapshot!(ran.transcript(), @"
    --- stderr
    error: rubrics/training/gradient-clipping.toml is there already
    hint: it was left as it is; name another place, or move it away
    --- exit 1
    ");
    assert_eq!(coach.read("rubrics/training/gradient-clipping.toml"), "# hours of work\n");
}

#[test]
fn without_a_terminal_the_missing_flags_are_named() {
    let coach = Coach::new();
    let ran = coach.run(&["rubric", "new", "x", "--topic", "mine"]);
    insta::assert_snapshot!(ran.transcript(), @r#"
    --- stderr
    error: there is nobody to ask for what the rubric is about: this is not a terminal
    hint: add --question "TEXT" --criterion "NAME"; --criterion may be given several times
    --- exit 2
    "#);
    assert!(!coach.path("rubrics").exists());
}

#[test]
fn a_name_that_will_not_do_comes_with_one_that_will() {
    let coach = Coach::new();
    for (id, hint) in [
        ("RAG vs fine tuning", "hint: use rag-vs-fine-tuning"),
        ("../../etc/passwd", "hint: use etc-passwd"),
        ("What's \u{1b}[31mred", "hint: use whats-31mred"),
        ("mistakes", "hint: use another, for example mistakes-of-mine"),
    ] {
        let ran = coach.run(&["rubric", "new", id]);
        assert_eq!(ran.code, 2, "{id}");
        assert!(ran.stderr.contains(hint) && !ran.stderr.contains('\u{1b}'), "{id}: {}", ran.stderr);
    }
    let ran = by_flags(&coach, &["--title", " "]);
    assert_eq!((ran.code, ran.stderr.lines().next()), (2, Some("error: --title is empty")));
    let arguments = ["rubric", "new", "x", "--topic", "My Topic", "--question", "Why?", "--criterion", "One"];
    let ran = coach.run(&arguments);
    assert!(ran.stderr.contains("hint: use my-topic"), "{}", ran.stderr);
}

#[test]
fn a_rubric_of_the_bank_is_replaced_knowingly() {
    let coach = Coach::new();
    let arguments =
        ["rubric", "new", "surprisal", "--topic", "mine", "--question", "Why?", "--criterion", "One"];
    let ran = coach.run(&arguments);
    assert!(
        ran.stderr.starts_with("surprisal will replace a rubric of the same id in the bank\n"),
        "{}",
        ran.stderr
    );
}

#[cfg(unix)]
mod at_a_terminal {
    use std::os::unix::process::ExitStatusExt as _;

    use super::coach::Coach;
    use super::screen::{CTRL_C, ENTER, Screen};

    #[test]
    fn what_no_flag_says_is_asked_until_it_will_do() {
        let coach = Coach::new();
        let command = coach.command(&["rubric", "new", "gradient-clipping", "--difficulty", "advanced"]);
        let mut screen = Screen::start(command);
        screen.see("The question, as the interviewer says it");
        screen.press(ENTER);
        screen.see("Please type something.");
        screen.press("Why clip gradients? Say when.");
        screen.press(ENTER);
        screen.see("Title for lists");
        screen.see("Why clip gradients?");
        screen.press(ENTER);
        screen.see("Topics of the bank: choosing, evaluation,");
        screen.see("Topic");
        screen.press("My Topic");
        screen.press(ENTER);
        screen.see("as in my-topic");
        screen.press("\u{15}");
        for _ in 0.."My Topic".len() {
            screen.press("\u{7f}");
        }
        screen.press("my-topic");
        screen.press(ENTER);
        screen.see("Minutes for the answer");
        screen.press(ENTER);
        screen.see("Criterion 1");
        screen.press("How it works");
        screen.press(ENTER);
        screen.see("Criterion 2 (Enter alone ends)");
        screen.press(ENTER);
        screen.see("rubrics/my-topic/gradient-clipping.toml");
        screen.see("coach rubric check rubrics/my-topic/gradient-clipping.toml");
        assert_eq!(screen.end().0.code(), Some(0));
        let shown = coach.run(&["show", "gradient-clipping", "--rubrics", "rubrics"]);
        assert!(
            shown.stdout.starts_with("Why clip gradients?\nmy-topic, advanced, about 4 minutes\n"),
            "{}",
            shown.stdout
        );
        assert!(shown.stdout.contains("how-it-works, theory, weight 1"), "{}", shown.stdout);
    }

    #[test]
    fn ctrl_c_writes_nothing() {
        let coach = Coach::new();
        let mut screen = Screen::start(coach.command(&["rubric", "new", "x"]));
        screen.see("The question");
        screen.press(CTRL_C);
        // Ended by the signal, which a shell reports as 130.
        assert_eq!(screen.end().0.signal(), Some(2));
        assert!(!coach.path("rubrics").exists());
    }

    #[test]
    fn a_terminal_that_cannot_redraw_is_asked_in_plain_lines() {
        let coach = Coach::new();
        let mut command = coach.command(&["rubric", "new", "x", "--topic", "mine", "--criterion", "One"]);
        command.env("TERM", "dumb");
        let mut screen = Screen::start_as_is(command);
        screen.see("The question, as the interviewer says it:");
        screen.press("Why?\n");
        screen.see("Title for lists [Why?]:");
        screen.press("\n");
        screen.see("[c] core");
        screen.press("c\n");
        screen.see("Minutes for the answer [4]:");
        screen.press("99\n");
        screen.see("A whole number from 1 to 60, please.");
        screen.press("3\n");
        screen.see("rubrics/mine/x.toml");
        let (ended, printed) = screen.end();
        assert_eq!(ended.code(), Some(0));
        assert!(!printed.contains('\u{1b}'), "{printed:?}");
    }
}
