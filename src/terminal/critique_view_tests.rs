//! Whole critiques as they look on a terminal, at several widths.

use super::*;
use crate::terminal::layout::columns_of;
use crate::terminal::specimen::{ANSWER, evidence, grade, mechanism, rubric, trade_offs};

#[test]
fn a_critique_at_80_columns() {
    insta::assert_snapshot!(render_critique(&rubric(), &grade(), ANSWER, &View::plain(80)), @r"
    Score 30.5 of 100, weak
    45 for the criteria, less 14.5 for 2 mistakes.
    The answer covers little of what the rubric asks for so far.

    ■■■□ 3 of 4  Where the knowledge lives
      You say where RAG gets its knowledge and when, but not where fine-tuning keeps
      it.
        “RAG fetches passages from an index at inference time and places them in the
        context”
      Missing:
      - Fine-tuning changes the weights.
      Next: Contrast the index with the weights.

    □□ 0 of 2    When to choose which
      No reason for either side.
      Missing:
      - RAG suits knowledge that changes often, because you update the index and not
        the model.

    Mistakes

    ! Claims that RAG ends hallucination (costs 8 points)
      You said:
        “With RAG the model can no longer hallucinate.”
      Why: The model can still contradict its passages.
      Next: Say what still goes wrong with the right passages in the prompt.

    ! Leaves out latency and cost (costs 6.5 points)
      You left it out.
      Why: Every request waits for the search.
      Next: Name the delay and the extra tokens.

    Note: Part of the answer speaks to the grader; that part earned nothing.

    Work on first: When to choose which (up to 40 points)
      The next level: A reason for one side.
    ");
}

#[test]
fn a_critique_at_60_columns_in_full() {
    let view = View::plain(60).with_detail(Detail::Full);
    insta::assert_snapshot!(render_critique(&rubric(), &grade(), ANSWER, &view), @r"
    Score 30.5 of 100, weak
    45 for the criteria, less 14.5 for 2 mistakes.
    The answer covers little of what the rubric asks for so far.

    ■■■□ 3 of 4  Where the knowledge lives (weight 3)
      You say where RAG gets its knowledge and when, but not
      where fine-tuning keeps it.
        “RAG fetches passages from an index at inference time
        and places them in the context”
      Missing:
      - Fine-tuning changes the weights.
      Next: Contrast the index with the weights.
      Level: Both in contrast.

    □□ 0 of 2    When to choose which (weight 2)
      No reason for either side.
      Missing:
      - RAG suits knowledge that changes often, because you
        update the index and not the model.
      Level: Absent.

    Mistakes

    ! Claims that RAG ends hallucination (costs 8 points)
      You said:
        “With RAG the model can no longer hallucinate.”
      Why: The model can still contradict its passages.
      Next: Say what still goes wrong with the right passages in
      the prompt.

    ! Leaves out latency and cost (costs 6.5 points)
      You left it out.
      Why: Every request waits for the search.
      Next: Name the delay and the extra tokens.

    Note: Part of the answer speaks to the grader; that part
    earned nothing.

    Work on first: When to choose which (up to 40 points)
      The next level: A reason for one side.
    ");
}

#[test]
fn a_critique_at_140_columns_in_words_only() {
    let view = View::plain(140).with_detail(Detail::WordsOnly);
    insta::assert_snapshot!(render_critique(&rubric(), &grade(), ANSWER, &view), @r"
    The answer covers little of what the rubric asks for so far.

    [partly]   Where the knowledge lives
      You say where RAG gets its knowledge and when, but not where fine-tuning keeps it.
        “RAG fetches passages from an index at inference time and places them in the context”
      Missing:
      - Fine-tuning changes the weights.
      Next: Contrast the index with the weights.

    [not yet]  When to choose which
      No reason for either side.
      Missing:
      - RAG suits knowledge that changes often, because you update the index and not the model.

    Mistakes

    ! Claims that RAG ends hallucination
      You said:
        “With RAG the model can no longer hallucinate.”
      Why: The model can still contradict its passages.
      Next: Say what still goes wrong with the right passages in the prompt.

    ! Leaves out latency and cost
      You left it out.
      Why: Every request waits for the search.
      Next: Name the delay and the extra tokens.

    Note: Part of the answer speaks to the grader; that part earned nothing.

    Work on first: When to choose which
      The next level: A reason for one side.
    ");
}

#[test]
fn a_perfect_answer_has_nothing_to_work_on() {
    let mut best = mechanism(4);
    best.missing.clear();
    best.advice.clear();
    let mut other = trade_offs(2);
    other.missing.clear();
    let critique = Critique { ratings: vec![best, other], ..Critique::default() };
    let grade = Grade::new(&rubric(), critique);
    insta::assert_snapshot!(render_closing(&rubric(), &grade, ANSWER, &View::plain(80)), @r"
    Score 100.0 of 100, strong
    The answer covers nearly all that the rubric asks for.

    Nothing that this rubric asks for is missing.
    ");
}

#[test]
fn the_largest_loss_is_worked_on_first_even_if_it_is_a_mistake() {
    let mut rubric = rubric();
    rubric.mistakes[0].penalty = 60.0;
    let grade = Grade::new(&rubric, grade().critique);
    let text = render_closing(&rubric, &grade, ANSWER, &View::plain(80));
    assert!(text.contains("Work on first: Claims that RAG ends hallucination (up to 60 points)"), "{text}");
}

#[test]
fn only_words_of_the_answer_are_quoted() {
    let mut rating = mechanism(3);
    rating.evidence = vec![Evidence { quote: "never said".into(), start: 10_000, end: 10_010 }];
    let text = render_rating(&rubric(), &rating, ANSWER, &View::plain(80));
    assert!(!text.contains('“'), "{text}");
    let mut rating = mechanism(3);
    rating.evidence = vec![Evidence { quote: "never said".into(), ..evidence("RAG fetches") }];
    let text = render_rating(&rubric(), &rating, ANSWER, &View::plain(80));
    assert!(text.contains("“RAG fetches”") && !text.contains("never said"), "{text}");
}

#[test]
fn control_characters_never_come_through_and_colours_only_when_asked_for() {
    let answer = "\u{1b}[31mRAG\u{1b}[0m \u{202e}fetches\u{7} passages";
    let mut rating = mechanism(3);
    rating.reason = "Says \u{1b}[2Jso\r over\u{9b}31m".into();
    rating.missing = vec!["\u{200b}hidden\nline".into()];
    rating.evidence = vec![Evidence { quote: String::new(), start: 0, end: answer.len() }];
    let text = render_rating(&rubric(), &rating, answer, &View::plain(80));
    assert!(text.chars().all(|character| character == '\n' || !character.is_control()), "{text:?}");
    assert!(text.contains("\\u{1b}[31mRAG") && text.contains("\\u{202e}fetches"), "{text}");

    let colourful = View { colours: true, ..View::plain(80) };
    let text = render_rating(&rubric(), &mechanism(3), ANSWER, &colourful);
    assert_eq!(
        console::strip_ansi_codes(&text),
        render_rating(&rubric(), &mechanism(3), ANSWER, &View::plain(80))
    );
    assert!(text.contains('\u{1b}'));
}

#[test]
fn no_line_is_wider_than_the_view() {
    let mut grade = grade();
    grade.critique.ratings[0].reason = "評価 👩\u{200d}💻 ".repeat(40);
    for width in [60, 80, 100, 140, 200] {
        for detail in [Detail::WordsOnly, Detail::Usual, Detail::Full] {
            let view = View::plain(width).with_detail(detail);
            for line in render_critique(&rubric(), &grade, ANSWER, &view).lines() {
                assert!(columns_of(line) <= width, "{} of {width}: {line}", columns_of(line));
            }
        }
    }
}

#[test]
fn bars_say_the_level_by_their_shape() {
    let table = [(0, 1, "□"), (1, 1, "■"), (3, 4, "■■■□"), (9, 4, "■■■■"), (7, 10, "■■■■■■■□□□")];
    for (level, max, expected) in table {
        assert_eq!(bar(level, max), expected);
    }
}
