/** Programs that launch others for the results they report, files among them. */
@NullMarked
package io.valise.examples.result;

import org.jspecify.annotations.NullMarked;
