(** * The effective Hessian on the tangent space of an orbit, at a critical point *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces differential orbits expansions.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section EffectiveForm.
Variable F : realFieldType.
Variables (p d k m : nat).
Variables (T : 'rV[F]_p -> 'rV[F]_d -> 'rV[F]_d) (t : 'rV[F]_p) (z : 'rV[F]_d).
Variables (h : 'rV[F]_d -> 'rV[F]_k) (J : 'M[F]_(k, d)) (V : 'M[F]_(m, d)).
Variables (L : 'rV[F]_k -> F) (rho : 'rV[F]_k) (g : 'rV[F]_d) (H_eff : 'M[F]_d).

(** At a critical z, where J^T rho = 0, v^T H_eff v = 0 for all v in V_aug(z): H_eff is the Hessian of L(h(z)), and h(T_s z) = h(z) for all s near t. *)
Theorem reading_effective_form :
  T t z = z -> tangent_space (T ^~ z) t V ->
  differential h z J -> gradient L (h z) rho -> second_order (fun x => L (h x)) z g H_eff ->
  near t (fun s => h (T s z) = h z) ->
  rho *m J = 0 ->
  forall v : 'rV_d, (v <= V)%MS -> quad H_eff v = 0.
Proof.
move=> Tz [P DP VP] DJ Drho Hf [dl d0 inv] crit v; rewrite VP => /submxP[c vE].
have g0 : g = 0.
  rewrite -crit; apply: gradient_unique (second_order_gradient Hf) _.
  exact: differential_comp DJ Drho.
rewrite g0 in Hf.
pose n := norm1 c + 1; have n0 : 0 < n by rewrite ltr_paddl ?norm1_ge0 ?ltr01.
apply: (second_order_constant (c := fun s => T (t + s *: c) z)) Hf _ _.
  by rewrite scale0r addr0.
move=> eps e0; have [d1 d10 H1] := DP _ (divr_gt0 e0 n0).
exists (Num.min dl d1 / n); first by rewrite divr_gt0 // lt_minr d0.
move=> s s0; rewrite ltr_pdivl_mulr // => sn.
have sc : norm1 (s *: c) < Num.min dl d1.
  rewrite norm1Z gtr0_norm //; apply: le_lt_trans sn; rewrite ler_pmul2l //.
  by rewrite ler_addl ler01.
move: sc; rewrite lt_minr => /andP[sl s1]; split; first by rewrite inv.
have := H1 _ s1; rewrite Tz -scalemxAl -vE => h1; apply: le_trans h1 _.
rewrite norm1Z gtr0_norm // mulrACA; apply: ler_pimulr; first by rewrite mulr_ge0 ?ltW.
by rewrite mulrC ler_pdivr_mulr // mul1r ler_addl ler01.
Qed.

End EffectiveForm.
