/** Settings that several processes see. */
@NullMarked
package io.valise.examples.settings;

import org.jspecify.annotations.NullMarked;
