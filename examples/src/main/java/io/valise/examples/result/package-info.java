/** A program that launches another for the result it reports. */
@NullMarked
package io.valise.examples.result;

import org.jspecify.annotations.NullMarked;
