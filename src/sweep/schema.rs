//! The JSON Schema of sweep files, for editors.

use serde_json::{Value as Json, json};

use crate::auction::prior::Form;
use crate::auction::{MAX_BIDDERS, Prior};
use crate::measure::Scope;
use crate::response::{Constraint, MOST_BIDS, MOST_CELLS};

use super::population::BIDDER_SETTINGS;
use super::read::MAX_COUNT;
use super::settings::settings;
use super::spec::{MAX_REPLICATES, MAX_VALUES, SCHEMA};

/// The JSON Schema (draft 7) of sweep files, as Taplo reads it.
pub fn json_schema() -> Json {
    let fixed = object(keys(|value| value), &[]);
    let axes = object(keys(axis), &[]);
    let mut exclude = keys(one_or_many);
    exclude["why"] = json!({ "type": "string" });
    let exclude = object(exclude, &[]);
    let zips = json!({ "type": "object", "additionalProperties": reference("axes") });
    let grid = json!({
        "fixed": reference("fixed"),
        "axes": reference("axes"),
        "zip": zips,
        "exclude": { "type": "array", "items": reference("exclude") },
    });
    let mut block = grid.clone();
    block["label"] = json!({ "type": "string" });
    let mut file = grid;
    file["schema"] = json!({ "const": SCHEMA });
    file["name"] = json!({ "type": "string", "pattern": "^[a-z0-9-]+$" });
    file["question"] = json!({ "type": "string" });
    file["block"] = json!({ "type": "array", "items": object(block, &[]) });
    file["seeds"] = seeds();
    file["measure"] = measure();
    file["populations"] = json!({ "type": "object", "additionalProperties": population() });
    let mut schema = object(file, &["schema", "name"]);
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("bidsweep sweep file");
    schema["definitions"] = json!({ "fixed": fixed, "axes": axes, "exclude": exclude });
    schema
}

/// Every setting, and those of learners in the tables that unquoted dotted keys make.
fn keys(wrap: fn(Json) -> Json) -> Json {
    let mut keys = json!({});
    for entry in settings() {
        let value = wrap(entry.schema());
        if let Some((learner, name)) = entry.key.split_once('.') {
            if keys.get(learner).is_none() {
                keys[learner] = object(json!({}), &[]);
            }
            keys[learner]["properties"][name] = value.clone();
        }
        keys[&entry.key] = value;
    }
    keys
}

fn reference(definition: &str) -> Json {
    json!({ "$ref": format!("#/definitions/{definition}") })
}

/// A table of these keys and no others.
fn object(properties: Json, required: &[&str]) -> Json {
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn one_or_many(value: Json) -> Json {
    json!({ "anyOf": [value, { "type": "array", "items": value }] })
}

/// The forms of an axis over one setting.
fn axis(value: Json) -> Json {
    let number = json!({ "type": "number" });
    let ends = json!({ "type": "array", "items": number, "minItems": 2, "maxItems": 2 });
    let count = json!({ "type": "integer", "minimum": 2 });
    json!({ "oneOf": [
        { "type": "array", "items": value, "minItems": 1 },
        object(json!({ "from": number, "to": number, "step": number }), &["from", "to", "step"]),
        object(json!({ "linspace": ends, "num": count }), &["linspace", "num"]),
        object(json!({ "geomspace": ends, "num": count }), &["geomspace", "num"]),
    ] })
}

fn counted(max: u64) -> Json {
    json!({ "type": "integer", "minimum": 1, "maximum": max })
}

fn seeds() -> Json {
    let keys = json!({
        "root": { "type": "integer", "minimum": 0, "maximum": i64::MAX },
        "replicates": counted(MAX_REPLICATES.into()),
        "common": { "type": "boolean" },
    });
    object(keys, &[])
}

fn measure() -> Json {
    let trajectories = json!({ "replicates": counted(MAX_REPLICATES.into()), "every": counted(MAX_COUNT) });
    let continuation = json!({
        "replicates": { "type": "integer", "minimum": 0, "maximum": MAX_REPLICATES },
        "epochs": counted(MAX_COUNT),
    });
    let keys = json!({
        "tail": { "type": "number", "exclusiveMinimum": 0, "maximum": 1 },
        "ema": { "type": "number", "minimum": 0, "exclusiveMaximum": 1 },
        "trajectories": object(trajectories, &["replicates", "every"]),
        "bid_functions": { "type": "integer", "minimum": 0, "maximum": MAX_VALUES, "not": { "const": 1 } },
        "best_response": best_response(),
        "continuation": object(continuation, &[]),
        "margin": { "type": "number", "exclusiveMinimum": 0 },
        "regret": { "type": "boolean" },
    });
    object(keys, &[])
}

fn best_response() -> Json {
    let scope = json!({ "enum": Scope::ALL.map(Scope::name) });
    let count = |most: usize| json!({ "type": "integer", "minimum": 2, "maximum": most });
    let constraint = |name: &'static str| object(json!({ name: { "type": "number" } }), &[name]);
    let keys = json!({
        "lp": scope,
        "values": count(MOST_CELLS),
        "bids": count(MOST_BIDS / 2),
        "constraint": { "oneOf": Constraint::names().map(constraint) },
        "class": scope,
        "smoothed": scope,
        "tight": { "type": "boolean" },
    });
    object(keys, &[])
}

fn population() -> Json {
    let priors = Prior::REGISTRY.iter().map(|row| {
        let (kind, required) = match row.form {
            Form::Numbers { parameters, .. } => {
                let required = parameters.iter().filter(|p| p.default.is_none()).map(|p| p.name);
                ("number", required.collect())
            }
            Form::Column => ("string", row.keys()),
        };
        let keys = row.keys().into_iter().map(|key| (key.to_owned(), json!({ "type": kind })));
        object(json!({ row.name: object(Json::Object(keys.collect()), &required) }), &[row.name])
    });
    let mut bidder = json!({
        "prior": { "oneOf": priors.collect::<Vec<_>>() },
        "count": counted(MAX_BIDDERS as u64),
    });
    for entry in settings().iter().filter(|entry| BIDDER_SETTINGS.contains(&entry.key.as_str())) {
        bidder[&entry.key] = entry.schema();
    }
    object(
        json!({ "bidders": { "type": "array", "items": object(bidder, &[]), "minItems": 1 } }),
        &["bidders"],
    )
}

#[cfg(test)]
mod tests {
    use serde_json::Map;

    use super::*;

    /// Every object within the schema, itself among them.
    fn objects(schema: &Json) -> Vec<&Map<String, Json>> {
        match schema {
            Json::Object(map) => std::iter::once(map).chain(map.values().flat_map(objects)).collect(),
            Json::Array(list) => list.iter().flat_map(objects).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn every_setting_may_be_fixed_varied_and_excluded() {
        let schema = json_schema();
        for table in ["fixed", "axes", "exclude"] {
            let properties = schema["definitions"][table]["properties"].as_object().expect("a table of keys");
            for entry in settings() {
                assert!(properties.contains_key(&entry.key), "{table} has {}", entry.key);
            }
        }
        assert!(schema["definitions"]["axes"]["properties"]["adam"]["properties"]["beta1"].is_object());
    }

    #[test]
    fn every_reference_leads_somewhere() {
        let schema = json_schema();
        let references: Vec<&str> =
            objects(&schema).iter().filter_map(|object| object.get("$ref")?.as_str()).collect();
        assert!(!references.is_empty());
        for reference in references {
            assert!(schema.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
    }
}
