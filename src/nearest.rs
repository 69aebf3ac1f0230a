//! The name that someone probably meant.

/// Similarity (Jaro-Winkler, 0 to 1) from which a name is worth suggesting; below it suggestions read as
/// guesses. `strsim`'s documentation pairs "cheeseburger" with "cheese fries" at 0.866 as a near match.
const WORTH_SUGGESTING: f64 = 0.80;

/// The name of `known` that is most like `name`, if any is much like it.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    ranked(name, known).into_iter().next()
}

/// Up to three names of `known` that are much like `name`, the likest first.
pub fn nearest_three<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names = ranked(name, known);
    names.truncate(3);
    names
}

fn ranked<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<(f64, &str)> = known
        .into_iter()
        .map(|candidate| (likeness(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= WORTH_SUGGESTING)
        .collect();
    names.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    names.into_iter().map(|(_, candidate)| candidate).collect()
}

/// A name that contains what was typed is as near as a slip of one letter: people type parts of long ids.
fn likeness(name: &str, candidate: &str) -> f64 {
    const CONTAINED: f64 = 0.95;
    let similarity = strsim::jaro_winkler(&name.to_lowercase(), &candidate.to_lowercase());
    let contained = name.len() >= 3 && candidate.contains(name);
    if contained { similarity.max(CONTAINED) } else { similarity }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_was_meant() {
        let known = ["criteria", "mistakes", "exemplars", "follow_ups", "model_answer"];
        for (typed, meant) in [
            ("criterias", Some("criteria")),
            ("mistake", Some("mistakes")),
            ("followups", Some("follow_ups")),
            ("answer", Some("model_answer")),
            ("zzz", None),
        ] {
            assert_eq!(nearest(typed, known), meant, "{typed}");
        }
    }
}
