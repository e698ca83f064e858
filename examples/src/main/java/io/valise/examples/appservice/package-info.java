/** A service that is started when a client asks for it, and stops when no client needs it. */
@NullMarked
package io.valise.examples.appservice;

import org.jspecify.annotations.NullMarked;
