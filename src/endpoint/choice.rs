//! A choice among a few words, and how sure the model is of each.
//!
//! Pure. Models that cannot tell two answers apart by the word they choose often can by how nearly they chose
//! another one. llama.cpp, vLLM, Ollama and OpenAI tell the probabilities of the likeliest tokens on request;
//! where a server does not, the chosen word is all there is.

use std::collections::BTreeMap;

use serde_json::Value;

/// How many of the likeliest tokens are asked for: the most that OpenAI and vLLM give.
pub(super) const LIKELIEST: u8 = 20;

/// The options with their weights, which sum to 1, as the JSON object that the text of the reply becomes. `None`
/// where the reply names no option.
pub(super) fn weighed(options: &[String], text: &str, logprobs: &Value) -> Option<String> {
    let weights = by_tokens(options, logprobs).or_else(|| by_word(options, text))?;
    serde_json::to_string(&weights).ok()
}

/// The weights at the first token that is an option, behind any reasoning.
fn by_tokens(options: &[String], logprobs: &Value) -> Option<BTreeMap<String, f64>> {
    let tokens = logprobs["content"].as_array()?;
    let is_end_of_reasoning = |token: &Value| token["token"].as_str().is_some_and(|text| text.contains("</"));
    let from = tokens.iter().rposition(is_end_of_reasoning).map_or(0, |at| at + 1);
    let named = |token: &&Value| token["token"].as_str().and_then(|text| option(options, text)).is_some();
    let place = tokens.get(from..)?.iter().find(named)?;
    let mut weights = BTreeMap::new();
    for likely in place["top_logprobs"].as_array()? {
        let chosen = likely["token"].as_str().and_then(|text| option(options, text));
        if let (Some(option), Some(logprob)) = (chosen, likely["logprob"].as_f64()) {
            *weights.entry(option.to_owned()).or_insert(0.0) += logprob.min(0.0).exp();
        }
    }
    let sum: f64 = weights.values().sum();
    for weight in weights.values_mut() {
        *weight /= sum;
    }
    (sum > 0.0).then_some(weights)
}

/// The first word of the reply that is an option, behind any reasoning.
fn by_word(options: &[String], text: &str) -> Option<BTreeMap<String, f64>> {
    let said = text.rsplit_once("</").map_or(text, |(_, rest)| rest);
    let word = said.split(|c: char| !c.is_alphanumeric()).find_map(|word| option(options, word))?;
    Some(BTreeMap::from([(word.to_owned(), 1.0)]))
}

/// The option that a token or word is, whatever its case and the marks around it.
fn option<'o>(options: &'o [String], text: &str) -> Option<&'o str> {
    let text = text.trim_matches(|c: char| !c.is_alphanumeric());
    options.iter().find(|option| option.eq_ignore_ascii_case(text)).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn options(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    fn token(text: &str, likely: &[(&str, f64)]) -> Value {
        let likely: Vec<Value> =
            likely.iter().map(|(token, p)| json!({"token": token, "logprob": p.ln()})).collect();
        json!({"token": text, "logprob": 0.0, "top_logprobs": likely})
    }

    fn weights(reply: Option<String>) -> BTreeMap<String, f64> {
        serde_json::from_str(&reply.unwrap()).unwrap()
    }

    #[test]
    fn weights_are_shares_of_what_the_options_have() {
        let options = options(&["yes", "no"]);
        let tokens = json!({"content": [
            token("Hm", &[("Hm", 0.9), ("no", 0.1)]),
            token("\"Yes", &[("\"Yes", 0.4), (" yes", 0.2), ("No", 0.2), ("Perhaps", 0.2)]),
            token("no", &[("no", 1.0)]),
        ]});
        let found = weights(weighed(&options, "Hm yes no", &tokens));
        assert!((found["yes"] - 0.75).abs() < 1e-9 && (found["no"] - 0.25).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn reasoning_is_passed_over() {
        let options = options(&["0", "1"]);
        let tokens = json!({"content": [
            token("<think>", &[]), token("1", &[("1", 1.0)]), token("</think>", &[]), token("0", &[("0", 1.0)]),
        ]});
        for found in
            [weighed(&options, "", &tokens), weighed(&options, "<think>1?</think> **0**", &Value::Null)]
        {
            assert_eq!(weights(found).keys().collect::<Vec<_>>(), ["0"]);
        }
    }

    #[test]
    fn without_probabilities_the_word_counts_and_prose_does_not() {
        let options = options(&["0", "1", "10"]);
        for (text, chosen) in [("10", Some("10")), ("Level: 1 of 10.", Some("1")), ("2", None), ("", None)] {
            let found = weighed(&options, text, &json!({"content": null}));
            assert_eq!(
                found.map(|found| weights(Some(found)).into_keys().collect::<Vec<_>>()),
                chosen.map(|word| vec![word.to_owned()]),
                "{text}"
            );
        }
        for odd in [json!(1), json!({"content": [1, {"token": "1", "top_logprobs": [{"token": 1}]}]})] {
            assert_eq!(weights(weighed(&options, "1", &odd)).keys().collect::<Vec<_>>(), ["1"]);
        }
    }
}
