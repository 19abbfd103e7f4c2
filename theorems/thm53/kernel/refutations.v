(** * Readings of Theorem 5.3 that are false, and what the true ones need *)
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp Require Import ring zify.
From Geometry Require Import forms semidefinite subspaces differential expansions.
From Geometry.thm53 Require Import finite simplex order rank.
Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.
Import Order.TTheory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Section Refutations.
Variable F : realFieldType.

(** The random vector z takes the value [z x] when the outcome is [x], and h(z) takes the value [w (g x)]: [g] is the head on outcomes, and outcomes are told apart by their values. *)
Definition values n k (X Y : finType) (h : 'rV[F]_n -> 'rV[F]_k) (z : X -> 'rV_n) (g : X -> Y) (w : Y -> 'rV_k) : Prop :=
  [/\ injective z, injective w & forall x, h (z x) = w (g x)].

Lemma fisher_ext d (X : finType) (p q : 'rV[F]_d -> X -> F) t I :
  (forall t x, p t x = q t x) -> fisher p t I -> fisher q t I.
Proof.
move=> e [[dl d0 lw] [s Hs IE]]; split.
  exists dl => // v /lw [p0 p1]; split=> [x|]; first by rewrite -e.
  by rewrite -[RHS]p1; apply: eq_bigr => x _.
exists s; last by rewrite IE; apply: eq_bigr => x _; rewrite e.
move=> x; have [a Da ->] := Hs x; exists a; last by rewrite e.
by move=> eps e0; have [dl' d0' H] := Da eps e0; exists dl' => // v /H; rewrite !e.
Qed.

Lemma pushforward_id d (X : finType) (p : 'rV[F]_d -> X -> F) t I :
  fisher p t I -> fisher (fun t' => pushforward id (p t')) t I.
Proof. by apply: fisher_ext => t' x; rewrite /pushforward big_pred1_eq. Qed.

(** Reading law, "if I_h vanishes on V then rank I_h <= rank I_z - dim V", is false: I_z and I_h are the Fisher matrices of the laws of z and of h(z), the law does not change at all as the parameter moves along V, I_h V = 0, and the bound fails. *)
Theorem refuted_law :
  exists (X Y : finType) (h : X -> Y) (p : 'rV[F]_2 -> X -> F) (t V : 'rV_2) (I_z I_h : 'M_2),
  [/\ fisher p t I_z, fisher (fun t' => pushforward h (p t')) t I_h,
      forall t' a x, p (t' + a *: V) x = p t' x, V *m I_h = 0 &
      ~ (\rank I_h)%:Z <= (\rank I_z)%:Z - (\rank V)%:Z].
Proof.
pose U : 'M[F]_(1, 2) := delta_mx 0 0; pose t : 'rV[F]_2 := 2%:R^-1 *: delta_mx 0 0.
have ut : uniform U t.
  rewrite /uniform /U trmx_delta -scalemxAl mul_delta_mx; apply/matrixP => i j.
  by rewrite !ord1 !mxE mulr1.
pose V : 'rV[F]_2 := delta_mx 0 1.
have VU : V *m U^T = 0 by rewrite trmx_delta mul_delta_mx_0.
exists _, _, id, (simplex U), t, V, (simplex_information U), (simplex_information U); split.
- exact: simplex_fisher.
- exact/pushforward_id/simplex_fisher.
- move=> t' a x; suff e : (t' + a *: V) *m U^T = t' *m U^T by rewrite /simplex e.
  by rewrite mulmxDl -scalemxAl VU scaler0 addr0.
- exact/simplex_kernel.
- by rewrite !simplex_rank !mxrank_delta.
Qed.

(** Reading models is false, also with V transversal to ker I_z: I_z and I_h are the Fisher matrices about z of a model p(y | z) and of a model q(y | h(z)), q has a Fisher matrix about h(z) as well, the Jacobian of h vanishes on V, V is not 0 and meets ker I_z in 0 only, and the bound fails. *)
Theorem refuted_models :
  exists (X Y : finType) (p : 'rV[F]_3 -> X -> F) (q : 'rV[F]_2 -> Y -> F) (h : 'rV_3 -> 'rV_2)
         (z V : 'rV_3) (J : 'M_(2, 3)) (I_u : 'M_2) (I_z I_h : 'M_3),
  [/\ fisher p z I_z, fisher q (h z) I_u /\ fisher (fun z' => q (h z')) z I_h,
      differential h z J /\ V *m J^T = 0, V != 0 /\ (ker I_z :&: V = 0)%MS &
      ~ (\rank I_h)%:Z <= (\rank I_z)%:Z - (\rank V)%:Z].
Proof.
pose J : 'M[F]_(2, 3) := \matrix_(i, j) (j == i :> nat)%:R.
pose U : 'M[F]_(2, 3) := \matrix_(i, j) (j == i.*2 :> nat)%:R.
pose V : 'rV[F]_3 := \row_j (j == 2%N :> nat)%:R.
pose z : 'rV[F]_3 := const_mx 3%:R^-1.
have uJ : uniform J z.
  by apply/matrixP => i [[|[|//]] ?]; rewrite !mxE !big_ord_recl big_ord0 !mxE /= !(mulr0, mulr1, addr0, add0r).
have uU : uniform U z.
  by apply/matrixP => i [[|[|//]] ?]; rewrite !mxE !big_ord_recl big_ord0 !mxE /= !(mulr0, mulr1, addr0, add0r).
have rJ : \rank J = 2%N.
  apply/eqP; rewrite -/(row_free J); apply/row_freeP; exists J^T.
  apply/matrixP => [[[|[|//]] ?] [[|[|//]] ?]];
  by rewrite !mxE !big_ord_recl big_ord0 !mxE /= !(mulr0, mul0r, mulr1, addr0, add0r).
have rU : \rank U = 2%N.
  apply/eqP; rewrite -/(row_free U); apply/row_freeP; exists U^T.
  apply/matrixP => [[[|[|//]] ?] [[|[|//]] ?]];
  by rewrite !mxE !big_ord_recl big_ord0 !mxE /= !(mulr0, mul0r, mulr1, addr0, add0r).
have V0 : V != 0.
  by apply/eqP => /rowP /(_ (inord 2)); rewrite !mxE inordK //= => /eqP; rewrite oner_eq0.
exists _, _, (simplex U), (simplex 1%:M), (fun x => x *m J^T), z, V, J, (simplex_information 1%:M), (simplex_information U), (simplex_information J).
split.
- exact: simplex_fisher.
- split; first by apply: simplex_fisher; rewrite /uniform trmx1 mulmx1.
  apply: fisher_ext (simplex_fisher uJ) => t x.
  by rewrite /simplex trmx1 mulmx1.
- split; first exact: differential_linear.
  by apply/matrixP => i [[|[|//]] ?]; rewrite !mxE !big_ord_recl big_ord0 !mxE /= !(mulr0, mul0r, addr0).
- split=> //; apply/eqP; rewrite -submx0; apply/rV_subP => x.
  rewrite sub_capmx ker_sym; last by case: (fisher_psd (simplex_fisher uU)).
  case/andP=> /sub_kermxP /simplex_kernel xU /sub_rVP[a xa].
  have := xU; rewrite xa => /rowP /(_ (inord 1)); rewrite !mxE !big_ord_recl big_ord0 !mxE inordK //=.
  by rewrite !(mulr0, mulr1, addr0, add0r) => ->; rewrite scale0r sub0mx.
- by rewrite !simplex_rank rJ rU rank_rV V0.
Qed.

(** Reading point is false: the Jacobian of h(z) = z^3 vanishes at 0 on the tangent of the translations of the line, z takes the values 0 and 1, and h loses no information. *)
Theorem refuted_point :
  exists (X Y : finType) (h : 'rV[F]_1 -> 'rV[F]_1) (T : 'rV_1 -> 'rV_1 -> 'rV_1)
         (z : X -> 'rV_1) (g : X -> Y) (w : Y -> 'rV_1) (p : 'rV_1 -> X -> F) (t : 'rV_1) (x0 : X)
         (J V : 'M_1) (I_z I_h : 'M_1),
  [/\ values h z g w /\ 0 < p t x0,
      fisher p t I_z, fisher (fun t' => pushforward g (p t')) t I_h,
      [/\ T 0 (z x0) = z x0, differential (T ^~ (z x0)) 0 V^T, differential h (z x0) J & V *m J^T = 0] &
      ~ (\rank I_h)%:Z <= (\rank I_z)%:Z - (\rank V)%:Z].
Proof.
pose h (u : 'rV[F]_1) : 'rV[F]_1 := (u 0 0 ^+ 3)%:M.
pose z (x : option 'I_1) : 'rV[F]_1 := if x is Some _ then 1%:M else 0.
pose t : 'rV[F]_1 := 2%:R^-1%:M.
have ut : uniform (1%:M : 'M[F]_1) t.
  by rewrite /uniform trmx1 mulmx1; apply/matrixP => i j; rewrite !ord1 !mxE.
have iz : injective z.
  have n10 : (1%:M : 'rV[F]_1) <> 0 by move/rowP/(_ 0); rewrite !mxE => /eqP; rewrite oner_eq0.
  by move=> [i|] [j|] //=; rewrite ?(ord1 i) ?(ord1 j) // => e; case: n10.
exists _, _, h, (fun s u => u + s), z, id, z, (simplex 1%:M), t, None, 0, 1%:M.
exists (simplex_information 1%:M), (simplex_information 1%:M); split.
- split; last exact: uniform_gt0.
  split=> // -[i|]; rewrite /h /z /= !mxE ?expr0n ?expr1n //.
  by apply/rowP => i; rewrite !mxE mul0rn.
- exact: simplex_fisher.
- exact/pushforward_id/simplex_fisher.
- split; rewrite ?addr0 ?trmx0 ?mulmx0 //.
    move=> eps e0; have [dl d0 H] := differential_add (differential_constant (z None) 0) (differential_id (0 : 'rV[F]_1)) e0.
    by exists dl => // v /H; rewrite !add0r !trmx1.
  apply: (@differential_quadratic _ _ _ _ _ _ 1 1) => // v v1.
  rewrite /z /h trmx0 mulmx0 subr0 add0r [(0 : 'rV_1) 0 0]mxE expr0n /= raddf0 subr0.
  have -> : norm1 v = `|v 0 0| by rewrite {1}[v]mx11_scalar norm1_scalar.
  have v0 : `|v 0 0| <= 1 by apply: le_trans (le_norm1 v 0 0) (ltW v1).
  by rewrite norm1_scalar mul1r normrX exprS ler_pimull // exprn_ge0.
- by rewrite !simplex_rank mxrank1.
Qed.

End Refutations.
