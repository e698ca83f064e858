/** What belongs to a request and not to its message follows it from process to process: a log context and a deadline. */
@NullMarked
package io.valise.examples.context;

import org.jspecify.annotations.NullMarked;
