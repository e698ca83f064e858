/** The slice of an application that tests of its services and clients need. */
@NullMarked
package io.valise.ipc.spring.test;

import org.jspecify.annotations.NullMarked;
