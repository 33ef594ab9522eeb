//! The registry of learners: an enum, its rows and its dispatch from one list.

/// Defines [`Learner`](super::Learner) and [`State`](super::State) from the learners' types, one `file::Type`
/// a row.
macro_rules! learners {
    ($($file:ident :: $Rule:ident),* $(,)?) => {
        $(pub use $file::$Rule;)*

        /// The learner of one bidder, with its hyperparameters.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Learner {
            $(
                #[doc = concat!("See [`", stringify!($Rule), "`].")]
                $Rule($Rule),
            )*
        }

        impl Learner {
            /// Every learner, in the order of `bidsweep list`.
            pub const REGISTRY: &'static [Entry] = &[$($Rule::ENTRY),*];

            /// The learner of a row of the registry and its hyperparameters, in the row's order.
            pub fn build(index: usize, values: &[Value]) -> Learner {
                const BUILD: &[fn(&[Value]) -> Learner] =
                    &[$(|values| Learner::$Rule($Rule::build(values))),*];
                BUILD[index](values)
            }

            /// The learner's row of the registry.
            pub fn entry(&self) -> &'static Entry {
                match self {
                    $(Learner::$Rule(_) => const { &$Rule::ENTRY },)*
                }
            }

            /// The hyperparameters, in the registry's order.
            pub fn values(&self) -> Vec<Value> {
                match self {
                    $(Learner::$Rule(rule) => rule.values(),)*
                }
            }

            /// See [`Rule::look`].
            pub fn look(&self) -> Option<Look> {
                match self {
                    $(Learner::$Rule(rule) => rule.look(),)*
                }
            }

            /// See [`Rule::perturbations`].
            pub fn perturbations(&self) -> Option<Perturbations> {
                match self {
                    $(Learner::$Rule(rule) => rule.perturbations(),)*
                }
            }

            /// See [`Rule::feedback`].
            pub fn feedback(&self) -> Feedback {
                match self {
                    $(Learner::$Rule(rule) => rule.feedback(),)*
                }
            }

            /// See [`Rule::play`].
            pub fn play(&self, class: Strategy) -> Play {
                match self {
                    $(Learner::$Rule(rule) => rule.play(class),)*
                }
            }

            /// See [`Rule::belief`].
            pub fn belief(&self) -> Option<f64> {
                match self {
                    $(Learner::$Rule(rule) => rule.belief(),)*
                }
            }

            /// See [`Rule::regret_bound`].
            pub fn regret_bound(&self, course: &Course, heard: &Heard) -> Option<RegretBound> {
                match self {
                    $(Learner::$Rule(rule) => rule.regret_bound(course, heard),)*
                }
            }

            /// See [`Rule::near_rest`].
            pub fn near_rest(&self, learning_rate: f64, gradient_rms: f64) -> Option<LinearResponse> {
                match self {
                    $(Learner::$Rule(rule) => rule.near_rest(learning_rate, gradient_rms),)*
                }
            }
        }

        /// The state of one bidder's learner over lanes.
        pub enum State<R: Real> {
            $(
                #[doc = concat!("See [`", stringify!($Rule), "`].")]
                $Rule(<$Rule as Rule>::State<R>),
            )*
        }

        impl<R: Real> State<R> {
            /// The state before the first epoch, for lanes of one kind of learner; see [`Rule::start`].
            ///
            /// # Panics
            /// Where the lanes' learners are of different kinds.
            pub fn start(lanes: [Learner; LANES], courses: [Course; LANES], numbers: Vec<R>) -> Self {
                match lanes[0] {
                    $(Learner::$Rule(_) => {
                        let rules = lanes.map(|lane| match lane {
                            Learner::$Rule(rule) => rule,
                            _ => panic!("the lanes of a bidder have one kind of learner"),
                        });
                        State::$Rule($Rule::start(rules, courses, numbers))
                    })*
                }
            }
        }

        impl<R: Real> Learn<R> for State<R> {
            #[inline(always)]
            fn numbers(&self) -> &[R] {
                match self {
                    $(State::$Rule(state) => state.numbers(),)*
                }
            }

            #[inline(always)]
            fn look(&mut self, told: Told<'_, R>, rate: R) {
                match self {
                    $(State::$Rule(state) => state.look(told, rate),)*
                }
            }

            #[inline(always)]
            fn learn(&mut self, told: Told<'_, R>, rate: R) {
                match self {
                    $(State::$Rule(state) => state.learn(told, rate),)*
                }
            }

            fn memory(&self) -> Vec<R> {
                match self {
                    $(State::$Rule(state) => state.memory(),)*
                }
            }

            fn restore(&mut self, memory: &[R]) {
                match self {
                    $(State::$Rule(state) => state.restore(memory),)*
                }
            }
        }
    };
}
pub(super) use learners;
