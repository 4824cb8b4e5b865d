use k00::s1_effects::effect_inventory;
use k00_given::accident::{Effect, Line, judge};

/// You can say of each marked line what it touches, before it bites.
#[suite::test]
fn inventory_names_every_effect() {
    let marks: Vec<(Line, Effect)> = effect_inventory();
    if let Err(why) = judge(&marks) {
        suite::fail(*why);
    }
}
