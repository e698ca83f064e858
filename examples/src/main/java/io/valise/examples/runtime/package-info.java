/** A program that checks what it runs on. */
@NullMarked
package io.valise.examples.runtime;

import org.jspecify.annotations.NullMarked;
