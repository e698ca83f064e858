/** The conformance kit that every transport passes. */
@NullMarked
package io.valise.ipc.testkit;

import org.jspecify.annotations.NullMarked;
