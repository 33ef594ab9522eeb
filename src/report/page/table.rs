//! The table's frame: filter, menu of columns, copies. Its lines are drawn by the script.

use maud::{Markup, html};

use super::columns::Group;
use super::data::{Column, Data};
use super::place::{Place, variables};
use super::section::Section;
use super::text::counted;

/// The table of a sweep.
pub(super) fn table(data: &Data, sweep: &Section, place: Place) -> Markup {
    let by_bidder = data.columns.iter().any(|column| column.name == "bidder");
    html! {
        section.cells aria-labelledby=(place.id("cells")) {
            (place.heading("cells", "Cells"))
            p.soft {
                @if by_bidder { "One row per cell, or one per bidder where the bidders of a cell differ. " }
                @else { "One row per cell. " }
                "Means over runs that trained all epochs, "
                @if sweep.facts.replicates > 1 { "± half-widths of 95 % intervals. " }
                @else { "of one replicate: no intervals. " }
                "A click on a row marks its points in the figures, a click on a point marks its row."
            }
            div.bar {
                label.find {
                    span { "Filter" }
                    input type="search" id=(place.id("find"))
                        spellcheck="false" autocomplete="off" autocapitalize="off"
                        placeholder=(example(data)) aria-describedby=(place.id("told"));
                }
                output.count id=(place.id("count")) {}
                span.spring {}
                (menu(data))
                button.csv { "Copy CSV" }
                button.latex { "Copy LaTeX" }
            }
            p.told id=(place.id("told")) role="status" aria-live="polite" {}
            div.wrap tabindex="0" role="region" aria-labelledby=(place.id("cells")) {
                table { thead { tr {} } tbody {} }
            }
            details.help {
                summary { "What the filter understands" }
                p {
                    code { "name=value" } ", "
                    @for sign in ["!=", "<", "<=", ">", ">="] { code { (sign) } " " }
                    "compare a column, by its name in the tables, such as " code { "beta>=50" } " or "
                    code { "epsilon_relative<1e-3" } ". A word alone is looked for in all texts of a line, "
                    "such as " code { "undecided" } "; " code { "!" } " before it leaves such lines out; "
                    "quotes hold spaces together. A line must fit all of them."
                }
            }
            p.print-note {}
            @if data.cells_left_out > 0 {
                p.note {
                    "The page holds the first " (data.rows) " lines; "
                    (counted(data.cells_left_out, "further cell"))
                    " stand in the tables."
                }
            }
            @if !data.left_out.is_empty() {
                p.note {
                    "To keep the page small, " (counted(data.left_out.len(), "column")) " of the tables "
                    @if data.left_out.len() == 1 { "is" } @else { "are" } " not on it: "
                    @for (at, name) in data.left_out.iter().take(12).enumerate() {
                        @if at > 0 { ", " } code { (name) }
                    }
                    @if data.left_out.len() > 12 { " and " (data.left_out.len() - 12) " more" } "."
                }
            }
        }
    }
}

/// An example of a filter, of this table's columns.
fn example(data: &Data) -> String {
    let axis = data.columns.iter().filter(|column| column.group == Group::Axes).find_map(Column::example);
    let terms = [axis, Some("epsilon_relative<1e-3".into()), Some("undecided".into())];
    terms.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The menu that shows and hides columns.
fn menu(data: &Data) -> Markup {
    let members = |group: Group| {
        data.columns.iter().enumerate().filter(move |(_, column)| column.group == group).collect::<Vec<_>>()
    };
    html! {
        details.menu {
            summary { "Columns" }
            div {
                label.narrow-menu {
                    span { "Find a column" }
                    input.find-column type="search" spellcheck="false";
                }
                @for group in Group::ALL {
                    @let members = members(group);
                    @if !members.is_empty() {
                        fieldset {
                            legend { (group.title()) }
                            @for (at, column) in members {
                                label title=(column.doc) {
                                    input type="checkbox" data-column=(at) checked[column.shown];
                                    span {
                                        @if group == Group::Axes { bdi { (column.title) } }
                                        @else { (variables(&column.title)) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
