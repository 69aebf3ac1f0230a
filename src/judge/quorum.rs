//! Several judgements of one answer to one, or to the reason why they are too few. The rule: more than half of those
//! who were asked have to give a critique. One that failed is no zero; it is left out and named.

use crate::bank::Rubric;
use crate::critique::consensus::Consensus;
use crate::critique::{Critique, Flag};
use crate::score::Reason;

use super::{JudgeFailure, Judgement, Spent, Stop};

/// What one of those who were asked gave.
pub(super) type Vote = Result<Judgement, JudgeFailure>;

/// The consensus of all critiques, and what all that were asked took. `noun` is what those are who were asked, in the
/// plural; `name` gives the name of one by its place, where it has one.
pub(super) fn agreed(
    rubric: &Rubric,
    votes: &[Vote],
    noun: &str,
    name: impl Fn(usize) -> Option<String>,
) -> Result<(Consensus, Spent), JudgeFailure> {
    let spent = votes.iter().map(|vote| *spent(vote)).fold(Spent::default(), Spent::and);
    let critiques: Vec<&Critique> =
        votes.iter().filter_map(|vote| vote.as_ref().ok()).map(|judgement| &judgement.critique).collect();
    if is_capped(votes) || !is_quorum(critiques.len(), votes.len()) {
        return Err(failure(votes, noun, spent, name));
    }
    let mut consensus = Consensus::of(rubric, &critiques);
    if critiques.len() < votes.len() {
        consensus.critique.flags.push(Flag::CritiquesMissing);
    }
    Ok((consensus, spent))
}

fn is_quorum(given: usize, asked: usize) -> bool {
    2 * given > asked
}

/// At a cap the rest may not be asked for at all, so that the run stops rather than make do.
fn is_capped(votes: &[Vote]) -> bool {
    votes.iter().any(|vote| matches!(vote, Err(failure) if failure.stop == Stop::Capped))
}

fn spent(vote: &Vote) -> &Spent {
    match vote {
        Ok(judgement) => &judgement.spent,
        Err(failure) => &failure.spent,
    }
}

/// Why there is no consensus: the failure that weighs most, in the words of the first that failed so.
fn failure(votes: &[Vote], noun: &str, spent: Spent, name: impl Fn(usize) -> Option<String>) -> JudgeFailure {
    let failed: Vec<(usize, &JudgeFailure)> =
        votes.iter().enumerate().filter_map(|(at, vote)| Some((at, vote.as_ref().err()?))).collect();
    let for_good = failed.iter().filter(|(_, failure)| failure.stop == Stop::Failed).count();
    let stop = if is_capped(votes) {
        Stop::Capped
    } else if is_quorum(votes.len() - for_good, votes.len()) {
        Stop::No
    } else {
        Stop::Failed
    };
    let worst = failed.iter().find(|(_, failure)| failure.stop == stop).or(failed.first());
    let Some((at, worst)) = worst else {
        // Nobody was asked, so nobody failed; judges have at least two to ask.
        return JudgeFailure { reason: nobody(noun), stop: Stop::Failed, hint: None, spent };
    };
    let message = match stop {
        Stop::Capped => worst.reason.message.clone(),
        Stop::No | Stop::Failed => {
            let who = name(*at).map(|name| format!("{name}: ")).unwrap_or_default();
            let (count, all) = (failed.len(), votes.len());
            format!("{count} of {all} {noun} gave no critique; {who}{}", worst.reason.message)
        }
    };
    let reason = Reason { kind: worst.reason.kind, message };
    JudgeFailure { reason, stop, hint: worst.hint.clone(), spent }
}

fn nobody(noun: &str) -> Reason {
    let kind = crate::score::ReasonKind::EndpointFailed;
    Reason { kind, message: format!("there are no {noun} to ask") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Bank;
    use crate::judge::{Judge, empty_critique};
    use crate::score::ReasonKind;

    fn failed(stop: Stop, message: &str) -> Vote {
        let reason = Reason { kind: ReasonKind::EndpointFailed, message: message.to_owned() };
        let spent = Spent { prompt_tokens: 3, ..Spent::default() };
        Err(JudgeFailure { reason, stop, hint: None, spent })
    }

    /// What votes come to, written as one letter each: good, malformed, dead, capped.
    #[test]
    fn more_than_half_have_to_give_a_critique() {
        let bank = Bank::shipped().unwrap();
        let rubric = bank.rubric("surprisal").unwrap();
        for (votes, outcome) in [
            ("gg", "graded"),
            ("gm", "No: 1 of 2 members gave no critique; b: malformed"),
            ("ggm", "graded, some missing"),
            ("gmm", "No: 2 of 3 members gave no critique; b: malformed"),
            ("ggd", "graded, some missing"),
            ("gmd", "No: 2 of 3 members gave no critique; b: malformed"),
            ("gdd", "Failed: 2 of 3 members gave no critique; b: dead"),
            ("mdd", "Failed: 3 of 3 members gave no critique; b: dead"),
            ("gd", "Failed: 1 of 2 members gave no critique; b: dead"),
            ("ggc", "Capped: capped"),
            ("gggmm", "graded, some missing"),
            ("ggmm", "No: 2 of 4 members gave no critique; c: malformed"),
        ] {
            let vote = |letter| match letter {
                'm' => failed(Stop::No, "malformed"),
                'd' => failed(Stop::Failed, "dead"),
                'c' => failed(Stop::Capped, "capped"),
                _ => {
                    let (critique, judge) = (empty_critique(rubric), Judge::built_in().record());
                    Ok(Judgement { critique, spent: Spent::default(), judge })
                }
            };
            let cast: Vec<Vote> = votes.chars().map(vote).collect();
            let names = |at: usize| Some(["a", "b", "c", "d", "e"][at].to_owned());
            let got = match agreed(rubric, &cast, "members", names) {
                Ok((consensus, _)) if consensus.critique.flags.contains(&Flag::CritiquesMissing) => {
                    "graded, some missing".to_owned()
                }
                Ok(_) => "graded".to_owned(),
                Err(failure) => {
                    let failures = cast.iter().filter(|vote| vote.is_err()).count() as u64;
                    assert_eq!(failure.spent.prompt_tokens, 3 * failures, "what failed is paid for, too");
                    format!("{:?}: {}", failure.stop, failure.reason.message)
                }
            };
            assert_eq!(got, outcome, "{votes}");
        }
    }
}
