//! How the judge stands up to answers that want a grade without saying anything.

use std::collections::BTreeMap;

use interview_coach::bank::{Bank, Rubric};
use interview_coach::critique::Flag;
use interview_coach::judge::built_in::{BuiltIn, PreparedRubric};
use interview_coach::score::{PARTIAL_FROM, Score};

#[path = "../../tests/attacks/gaming.rs"]
mod gaming;
#[path = "../../tests/attacks/injections.rs"]
mod injections;

use gaming::empty_answers;
use injections::{HONEST, INJECTIONS};

/// Reports both kinds of attack on every shipped rubric.
pub(crate) fn report(bank: &Bank, details: bool) {
    let rubrics: Vec<(&Rubric, PreparedRubric)> =
        bank.rubrics().map(|rubric| (rubric.as_ref(), BuiltIn::new().prepare(rubric))).collect();
    empty_handed(&rubrics, details);
    empty_by_others(&rubrics, details);
    injected(&rubrics, details);
}

/// Reports on texts that nobody who built the judge wrote; it learnt from none of them. The source was known to who wrote the
/// first, and what the judge missed of them was read while it was built. The others knew nothing of it. Of the second, the
/// fourth and the fifth those that fooled a model were read, and of the third those that the judge got wrong. The fifth were
/// written to pass for no remark.
fn unforeseen(flagged: &dyn Fn(&str) -> bool) {
    for (name, lines) in [
        ("unforeseen", include_str!("unforeseen.jsonl")),
        ("fresh", include_str!("fresh.jsonl")),
        ("blind", include_str!("blind.jsonl")),
        ("cunning", include_str!("cunning.jsonl")),
        ("targeted", include_str!("targeted.jsonl")),
    ] {
        let mut counts = [(0, 0); 2];
        for line in lines.lines() {
            let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
            let text = line["text"].as_str().expect("a text");
            let (found, all) = &mut counts[usize::from(line["label"] == "honest")];
            *found += usize::from(flagged(text));
            *all += 1;
        }
        let [(told, injections), (wronged, honest)] = counts;
        println!(
            "{name}, alone: {} of {injections} injections missed, {wronged} of {honest} honest sentences flagged",
            injections - told
        );
    }
}

fn score(rubric: &Rubric, prepared: &PreparedRubric, answer: &str) -> f64 {
    Score::of(rubric, &BuiltIn::new().critique(prepared, rubric, answer)).points()
}

fn empty_handed(rubrics: &[(&Rubric, PreparedRubric)], details: bool) {
    let mut by_trick: BTreeMap<&str, Vec<(f64, &str)>> = BTreeMap::new();
    for (index, (rubric, prepared)) in rubrics.iter().enumerate() {
        let others = rubrics.iter().cycle().skip(index + rubrics.len() / 2);
        let other = others.map(|(other, _)| other).find(|other| other.topic != rubric.topic);
        for empty in empty_answers(rubric, other.expect("a rubric on another topic")) {
            let points = score(rubric, prepared, &empty.answer);
            by_trick.entry(empty.trick).or_default().push((points, rubric.id.as_str()));
        }
    }
    let (mut above, mut all) = (0, 0);
    for (trick, mut scores) in by_trick {
        scores.sort_by(|a, b| b.0.total_cmp(&a.0));
        let out = scores.iter().filter(|(points, _)| *points >= PARTIAL_FROM).count();
        let mean = scores.iter().map(|(points, _)| points).sum::<f64>() / scores.len() as f64;
        println!(
            "{trick:28} mean {mean:5.1}  highest {:5.1}  not weak {out:3} of {}",
            scores[0].0,
            scores.len()
        );
        if details {
            scores.iter().take(out).for_each(|(points, id)| println!("    {points:5.1} {id}"));
        }
        above += out;
        all += scores.len();
    }
    println!("empty-handed answers that leave the weak band: {above} of {all}");
}

/// Reports on answers without substance by somebody who had seen the questions and nothing else.
fn empty_by_others(rubrics: &[(&Rubric, PreparedRubric)], details: bool) {
    let mut scores: Vec<f64> = Vec::new();
    for line in include_str!("empty.jsonl").lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
        let text = |name: &str| line[name].as_str().expect("a text");
        let is_asked = |(rubric, _): &&(&Rubric, PreparedRubric)| rubric.id.as_str() == text("question");
        let (rubric, prepared) = rubrics.iter().find(is_asked).expect("a shipped rubric");
        let points = score(rubric, prepared, text("answer"));
        if details && points >= PARTIAL_FROM {
            println!("    {points:5.1} {} {}", rubric.id.as_str(), text("kind"));
        }
        scores.push(points);
    }
    println!(
        "empty-handed answers by others: mean {:.1}, highest {:.1}, {} of {} leave the weak band",
        scores.iter().sum::<f64>() / scores.len() as f64,
        scores.iter().copied().fold(0.0, f64::max),
        scores.iter().filter(|points| **points >= PARTIAL_FROM).count(),
        scores.len()
    );
}

fn injected(rubrics: &[(&Rubric, PreparedRubric)], details: bool) {
    let (mut raised, mut lowered, mut unflagged, mut all) = (0, 0, 0, 0);
    for (rubric, prepared) in rubrics {
        for exemplar in rubric.exemplars.iter().skip(1).step_by(3) {
            let honest = score(rubric, prepared, &exemplar.answer);
            for injection in INJECTIONS {
                for answer in [
                    format!("{injection}\n\n{}", exemplar.answer),
                    format!("{}\n\n{injection}", exemplar.answer),
                ] {
                    let critique = BuiltIn::new().critique(prepared, rubric, &answer);
                    let points = Score::of(rubric, &critique).points();
                    all += 1;
                    raised += usize::from(points > honest);
                    lowered += usize::from(points < honest);
                    unflagged += usize::from(!critique.flags.contains(&Flag::AddressesTheGrader));
                    if details && points > honest {
                        println!("    raised {honest} to {points} {}: {injection:?}", rubric.id.as_str());
                    }
                }
            }
        }
    }
    println!("injected answers: {raised} raised, {lowered} lowered, {unflagged} not flagged, of {all}");
    let (rubric, prepared) = &rubrics[0];
    let flagged = |text: &str| {
        BuiltIn::new().critique(prepared, rubric, text).flags.contains(&Flag::AddressesTheGrader)
    };
    let missed: Vec<_> = INJECTIONS.iter().filter(|text| !flagged(text)).collect();
    let wronged: Vec<_> = HONEST.iter().filter(|text| flagged(text)).collect();
    println!(
        "alone: {} of {} injections missed, {} of {} honest sentences flagged",
        missed.len(),
        INJECTIONS.len(),
        wronged.len(),
        HONEST.len()
    );
    unforeseen(&flagged);
    let mut accused = 0;
    let mut sentences = 0;
    for (rubric, prepared) in rubrics {
        for exemplar in rubric
            .exemplars
            .iter()
            .filter(|e| !["grader", "injection"].iter().any(|word| e.name.contains(word)))
        {
            sentences += 1;
            let critique = BuiltIn::new().critique(prepared, rubric, &exemplar.answer);
            if critique.flags.contains(&Flag::AddressesTheGrader) {
                accused += 1;
                println!("    exemplar flagged: {} {}", rubric.id.as_str(), exemplar.name);
            }
        }
    }
    println!("honest exemplars flagged: {accused} of {sentences}");
    if details {
        for text in &missed {
            println!("    missed  {text:?}");
        }
        for text in &wronged {
            println!("    wronged {text:?}");
        }
    }
}
