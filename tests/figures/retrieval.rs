//! Retrieval: chunks, vectors, pipelines and their evaluation.

use crate::sheet::{Sheet, cents, margin, number, percent};

pub(crate) fn sheets() -> Vec<Sheet> {
    vec![
        chunking_and_reranking(),
        embeddings(),
        rag_evaluation(),
        rag_pipeline_design(),
        rag_vs_fine_tuning(),
    ]
}

fn chunking_and_reranking() -> Sheet {
    let (plain, overlapping): (f64, f64) = (216e6 / 300.0, 216e6 / (300.0 - 60.0));
    let wait = |candidates: f64| number(60.0 + 4.0 * candidates, 0);
    let minutes = plain * 0.004 / 60.0;
    assert!((overlapping / plain - 1.25).abs() < 1e-9, "a quarter more");
    Sheet::of("chunking-and-reranking", [
        "216 million tokens",
        "pieces of 300 tokens",
        "takes 60 milliseconds",
        "top 5 for 62 percent of the test questions, among the top 50 for 88 percent and among the top 100 for 91 percent",
        "needs 4 milliseconds a pair",
        "lifts the top 5 to 81 percent, with 100 candidates to 82",
        "may take 400 milliseconds",
        "overlap of 60 tokens",
    ])
    .states("300 tokens there are {} chunks; with an overlap of 60 each starts {} tokens after the last, so it becomes {}", [
        number(plain, 0),
        number(300.0 - 60.0, 0),
        number(overlapping, 0),
    ])
    .states("raises {} to {} entries", [number(plain, 0), number(overlapping, 0)])
    .states("blurs and costs tokens; {}; size", [number(overlapping, 0)])
    .states("blurs and costs tokens, {}, size", [number(overlapping, 0)])
    .states("{} pairs at 4 milliseconds are {} minutes", [number(plain, 0), number(minutes, 0)])
    .states("{} chunks take {} minutes", [number(plain, 0), number(minutes, 0)])
    .states("about {} minutes for everything", [number(minutes, 0)])
    .states("would take {} minutes", [number(minutes, 0)])
    .states("its ceiling is the {} percent", [number(88.0, 0)])
    .states("It lifts 62 to 81, which is {} of {} possible points", [
        number(81.0 - 62.0, 0),
        number(88.0 - 62.0, 0),
    ])
    .states("From 62 to 81 it wins {} of {} possible points", [
        number(81.0 - 62.0, 0),
        number(88.0 - 62.0, 0),
    ])
    .states("{} of {} points won", [number(81.0 - 62.0, 0), number(88.0 - 62.0, 0)])
    .states("Of the {} percent that still fail, {} never reach the candidates and {} are ranked too low", [
        number(100.0 - 81.0, 0),
        number(100.0 - 88.0, 0),
        number(88.0 - 81.0, 0),
    ])
    .states("work on the {} percent", [number(100.0 - 88.0, 0)])
    .states("{} percent never among candidates", [number(100.0 - 88.0, 0)])
    .states("50 candidates take 60 plus {}, so {} milliseconds. 100 take {}, which", [
        number(50.0 * 4.0, 0),
        wait(50.0),
        wait(100.0),
    ])
    .states("take {} milliseconds, while a hundred need {}", [wait(50.0), wait(100.0)])
    .states("{} against {} milliseconds", [wait(50.0), wait(100.0)])
    .states("at 4 milliseconds are {} milliseconds on top", [number(50.0 * 4.0, 0)])
    // a number from an example in a manual, and a common size
    .free(["512"])
}

fn embeddings() -> Sheet {
    let (products, dimension) = (20e6, 1_024.0);
    let gb = |bytes: f64, decimals| number(bytes / 1e9, decimals);
    let (vectors, links) = (products * dimension * 4.0, products * 64.0 * 4.0);
    let small = products * dimension;
    let anew = products * 300.0 * 0.02 / 1e6;
    Sheet::of("embeddings", [
        "20 million product descriptions of about 300 tokens",
        "500 queries a second, each within 50 milliseconds",
        "1,024 numbers of 32 bits",
        "0.02 dollars per million tokens",
        "64 GB of memory",
        "64 links of 4 bytes",
    ])
    .states("20 million times 1,024 times 4 bytes is {} GB. The links add {} bytes a product, about {} GB, so {} GB", [
        gb(vectors, 0),
        number(64.0 * 4.0, 0),
        gb(links, 0),
        gb(vectors + links, 0),
    ])
    .states("shrink to {} GB, some {} with the links", [gb(small, 0), gb(small + links, 0)])
    .states("first {} numbers, which also gives {} GB", [number(256.0, 0), gb(products * 256.0 * 4.0, 0)])
    .states("down to 64 bytes each, {} GB", [gb(products * 64.0, 1)])
    .states("takes {} billion multiplications for each query, and reads {} GB", [
        number(products * dimension / 1e9, 0),
        gb(vectors, 0),
    ])
    .states("needs {} billion multiplications", [number(products * dimension / 1e9, 0)])
    .states("The raw floats take {} GB", [gb(vectors, 0)])
    .states("The vectors need {} GB", [gb(vectors, 0)])
    .states("Graph links add about {} GB", [gb(links, 0)])
    .states("shrinks it to {} GB", [gb(small, 0)])
    .states("{} GB; {} GB of links; 8 bits give {} GB", [gb(vectors, 0), gb(links, 0), gb(small, 0)])
    .states("{} GB, {} GB of links, 8 bits give {} GB", [gb(vectors, 0), gb(links, 0), gb(small, 0)])
    .states("{} billion tokens, {} dollars", [number(products * 300.0 / 1e9, 0), number(anew, 0)])
    .states("{} billion tokens again costs {} dollars", [number(products * 300.0 / 1e9, 0), number(anew, 0)])
    .states("{} dollars for embedding anew", [number(anew, 0)])
    .states("Embedding everything again costs {} dollars", [number(anew, 0)])
    // bits, scores and thresholds that the candidate takes as examples
    .free(["8", "0.8", "0.5", "98", "80"])
}

fn rag_evaluation() -> Sheet {
    let gain = |rank: f64| 1.0 / f64::log2(rank + 1.0);
    let ndcg = (gain(2.0) + gain(3.0)) / (gain(1.0) + gain(2.0) + gain(3.0));
    let (right, found, missed) = (272.0 + 16.0, 320.0, 80.0);
    let share = right / 400.0;
    let observed = (15.0 + (100.0 - 20.0 - 10.0)) / 100.0;
    let chance = 0.25 * 0.20 + 0.75 * 0.80;
    let kappa = (observed - chance) / (1.0 - chance);
    let daily = 20_000.0 * 0.006;
    assert_eq!(percent(margin(share, 400.0), 0), "4", "about plus or minus four points");
    Sheet::of("rag-evaluation", [
        "20,000 questions a day",
        "400 test questions",
        "For 320 of them at least one marked passage is among the five; of these, 272 replies are right. Of the 80 others, 16 are right",
        "three passages are relevant; the search puts them at ranks 2, 3 and 9",
        "100 replies of which people call 20 unfaithful to the passages: it flags 25, and 15 of those are among the 20",
        "0.6 cents",
    ])
    .states("Precision at five is {}", [number(2.0 / 5.0, 1)])
    .states("precision of {}; reciprocal", [number(2.0 / 5.0, 1)])
    .states("precision of {}, reciprocal", [number(2.0 / 5.0, 1)])
    .states("nDCG at five is about {}", [number(ndcg, 2)])
    .states("comes to about {}", [number(ndcg, 2)])
    .states("Overall {} of 400 are right, {} percent", [number(right, 0), percent(share, 0)])
    .states("Overall accuracy is {} out of 400, or {} percent", [number(right, 0), percent(share, 0)])
    .states("272 of 320, {} percent; without one, {} percent", [
        percent(272.0 / found, 0),
        percent(16.0 / missed, 0),
    ])
    .states("passage it is {} percent, without one only {} percent", [
        percent(272.0 / found, 0),
        percent(16.0 / missed, 0),
    ])
    .states("So of {} errors, {} come with a failed search and {} despite", [
        number(400.0 - right, 0),
        number(missed - 16.0, 0),
        number(found - 272.0, 0),
    ])
    .states("Of {} errors {} belong to failed retrieval and {} to generation", [
        number(400.0 - right, 0),
        number(missed - 16.0, 0),
        number(found - 272.0, 0),
    ])
    .states("{} percent overall; {} against {} percent; {} and {} errors", [
        percent(share, 0),
        percent(272.0 / found, 0),
        percent(16.0 / missed, 0),
        number(missed - 16.0, 0),
        number(found - 272.0, 0),
    ])
    .states("{} percent overall, {} against {} percent, {} and {} errors", [
        percent(share, 0),
        percent(272.0 / found, 0),
        percent(16.0 / missed, 0),
        number(missed - 16.0, 0),
        number(found - 272.0, 0),
    ])
    .states("stayed at {} percent, we would be at {}", [
        percent(272.0 / found, 0),
        number(400.0 * 272.0 / found, 0),
    ])
    .states("Precision {}, recall {}. It agrees with people in {} percent", [
        number(15.0 / 25.0, 1),
        number(15.0 / 20.0, 2),
        percent(observed, 0),
    ])
    .states("would reach {}; Cohen's kappa is {}", [percent(0.8, 0), number(kappa, 2)])
    .states("a precision of {} and a sensitivity of {}", [number(15.0 / 25.0, 1), number(15.0 / 20.0, 2)])
    .states("precision {} and recall {}", [number(15.0 / 25.0, 1), number(15.0 / 20.0, 2)])
    .states("Agreement of {} percent, or a kappa of {}, is little above the {} percent", [
        percent(observed, 0),
        number(kappa, 2),
        percent(0.8, 0),
    ])
    .states("{} percent agreement put in proportion", [percent(observed, 0)])
    .states("would cost {} dollars a day; a sample of 2 percent costs {}", [
        number(daily, 0),
        number(daily * 0.02, 2),
    ])
    .states("costs {} dollars daily, while a sample of 2 percent costs {}", [
        number(daily, 0),
        number(daily * 0.02, 2),
    ])
    .states("a sample of 2 percent costs {} dollars a day", [number(daily * 0.02, 2)])
    .states("Here {} of its 25 flags are wrong and it misses {} of 20", [
        number(25.0 - 15.0, 0),
        number(20.0 - 15.0, 0),
    ])
}

fn rag_pipeline_design() -> Sheet {
    let questions = 30_000.0 * 30.0;
    let (input, output) = (0.5 / 1e6, 2.0 / 1e6);
    let corpus = 20_000.0 * 25.0 * 500.0;
    let chunks = corpus / 500.0;
    let cost = |passages: f64| (passages * 500.0 + 500.0) * input + 300.0 * output;
    let vectors = chunks * 1_024.0 * 4.0;
    assert_eq!(number(vectors / 1e9, 0), "2");
    Sheet::of("rag-pipeline-design", [
        "20,000 PDF manuals and service bulletins, 25 pages each, about 500 tokens",
        "30,000 questions a day, 30 days a month",
        "within 2 seconds",
        "cost 3,000 dollars a month",
        "cost 0.50 dollars a million, output tokens 2 dollars a million, and an answer has about 300 tokens",
    ])
    .states("The corpus is {} million tokens, so about {} chunks", [
        number(corpus / 1e6, 0),
        number(chunks, 0),
    ])
    .states("The corpus gives about {} chunks, whose vectors take about {} gigabytes", [
        number(chunks, 0),
        number(vectors / 1e9, 0),
    ])
    .states("about {} gigabytes of vectors", [number(vectors / 1e9, 0)])
    .states("Five passages are {} tokens; with instructions and question {} go in", [
        number(5.0 * 500.0, 0),
        number(5.0 * 500.0 + 500.0, 0),
    ])
    .states("One question costs {} cents, and {} questions cost about {} dollars a month. That leaves {}", [
        cents(cost(5.0), 2),
        number(questions, 0),
        number(questions * cost(5.0), 0),
        number(3_000.0 - questions * cost(5.0), 0),
    ])
    .states("a question costs about {} cents, which makes about {} dollars a month", [
        cents(cost(5.0), 2),
        number(questions * cost(5.0), 0),
    ])
    .states("Twenty passages would cost about {} dollars a month", [number(questions * cost(20.0), 0)])
    .states("Twenty passages for each question would cost about {} dollars a month", [
        number(questions * cost(20.0), 0),
    ])
    .states("Twenty passages would cost {} dollars a month", [number(questions * cost(20.0), 0)])
    .states("Five passages cost about {} dollars a month", [number(questions * cost(5.0), 0)])
    // dimensions and times that the candidate assumes
    .free(["1,024", "32", "0.3", "1.5", "200"])
}

fn rag_vs_fine_tuning() -> Sheet {
    Sheet::of("rag-vs-fine-tuning", [])
        .states("Five passages of 400 tokens are {} tokens a call", [number(5.0 * 400.0, 0)])
        // a published range, and the year of the study
        .free(["17", "33", "2024"])
}
