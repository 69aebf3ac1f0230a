//! English verbs that statements about models and data are made of, and how surely a word is one.

use std::collections::HashSet;
use std::sync::LazyLock;

/// How surely a word is a verb that states something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// A finite verb, hardly ever anything else.
    Finite,
    /// A verb, or as often a noun.
    Doubtful,
    /// No verb that is known here.
    Other,
}

/// How surely a lowered word is a verb in the present tense, or an auxiliary.
pub(super) fn use_of(word: &str) -> Use {
    static SURE: LazyLock<HashSet<&str>> = LazyLock::new(|| VERBS.split(' ').collect());
    static DOUBTFUL: LazyLock<HashSet<&str>> = LazyLock::new(|| ALSO_NOUNS.split(' ').collect());
    let is_in = |verbs: &HashSet<&str>| stems(word).any(|stem| verbs.contains(stem.as_str()));
    if AUXILIARIES.contains(&word) || word.ends_with("n't") || is_in(&SURE) {
        Use::Finite
    } else if is_in(&DOUBTFUL) {
        Use::Doubtful
    } else {
        Use::Other
    }
}

/// The base forms that a form of the present tense may have: "applies" is of "apply", "reaches" of "reach".
fn stems(word: &str) -> impl Iterator<Item = String> {
    let after_ies = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    let shorter = ["es", "s"].into_iter().filter_map(|end| word.strip_suffix(end)).map(str::to_owned);
    std::iter::once(word.to_owned()).chain(after_ies).chain(shorter)
}

const AUXILIARIES: [&str; 21] = [
    "am", "are", "can", "cannot", "could", "did", "do", "does", "had", "has", "have", "is", "may", "might",
    "must", "shall", "should", "was", "were", "will", "would",
];

/// Verbs in their base form that are hardly ever nouns.
const VERBS: &str = "\
    adapt add adjust affect agree allow appear apply approve approximate ask assign assume attend avoid \
    become begin belong bring build calculate capture carry choose classify collect combine come compare \
    compete compress compute concatenate confirm confuse consist contain continue contribute converge \
    convert correlate create decide decode define degrade depend derive describe detect determine differ \
    discard divide dominate emit enable encode encourage enter evaluate exceed exist expand expect \
    explain express extract fail fetch find follow forget generalise generalize generate get give go \
    grow happen hold identify ignore imply improve include indicate inflate inject insert introduce \
    invent involve keep know learn leave lie lose maintain make maximise maximize memorise memorize \
    merge minimise minimize multiply obey observe obtain occur optimise optimize overestimate overfit \
    penalise penalize perform permit predict prefer preserve prevent produce protect prove provide \
    quantify raise reach receive recommend reduce refer refine reflect regularise regularize reject rely \
    remain remember remove repeat replace represent require respond restrict retain retrieve reveal \
    rewrite rotate satisfy say see select send serve show shrink simplify solve specialise specialize \
    stay suffer suggest suit survive take teach tell tend transform translate treat try underestimate \
    underfit undergo understand validate vanish vary verify violate weaken weigh write";

/// Verbs in their base form that are as often nouns.
const ALSO_NOUNS: &str = "\
    answer average benefit break call care cause change check claim collapse condition control copy \
    correct cost count cover crawl cut decline decrease delay draw drop end estimate fall filter fit fix \
    flow focus force form gain group guarantee guess guide harm help increase influence label lack lead \
    limit link live look lower map mark mask match matter mean measure mention miss mix model move name \
    need note offer order output overlap pay pick place plan point process project promise prompt push \
    put question rank rate read record refuse respect rest result return reward rise run sample save \
    scale score search separate set share shift skip sort split stand start state steer step stop store \
    sum support test track trade train transfer travel trust tune turn update use value vote wait want \
    waste watch weight win work yield";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_verb_is_both_sure_and_doubtful() {
        let doubtful: Vec<&str> = ALSO_NOUNS.split(' ').collect();
        assert!(VERBS.split(' ').all(|verb| !verb.is_empty() && !doubtful.contains(&verb)));
    }

    #[test]
    fn forms_of_the_present_tense_are_found() {
        for (word, is) in [
            ("applies", Use::Finite),
            ("reaches", Use::Finite),
            ("gives", Use::Finite),
            ("give", Use::Finite),
            ("doesn't", Use::Finite),
            ("costs", Use::Doubtful),
            ("trained", Use::Other),
            ("latency", Use::Other),
        ] {
            assert_eq!(use_of(word), is, "{word}");
        }
    }
}
