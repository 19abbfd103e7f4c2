(** Proposition 3.4, part [star]: the bound for real losses and heads. *)

From Coq Require Import Reals Lra.
From mathcomp Require Import all_ssreflect all_algebra.
From mathcomp.analysis Require Import Rstruct.
From mathcomp.algebra_tactics Require Import ring.
From Coquelicot Require Import Coquelicot.
From Geometry Require Import forms semidefinite norms matrices.
From Geometry Require Import jets chain pullback symmetry.
From Geometry.prop34 Require Import growth perturbation.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import Order.Theory GRing.Theory Num.Theory.
Local Open Scope ring_scope.

Local Notation form := forms.form.
Local Notation dot := forms.dot.

(** The point u + t (u' - u) of the line through u and u'. *)
Definition between k (u u' : vec k) (t : R) : vec k :=
  vectors.addv u (vectors.scalev t (vectors.subv u' u)).

(** x lies on the segment [u, u']. *)
Definition on_segment k (u u' x : vec k) : Prop :=
  exists2 t : R, (0 <= t <= 1)%R & x = between u u' t.

(** hess L is Lipschitz with constant T on the segment [u, u']. *)
Definition lipschitz_hessian k (L : vec k -> R) (u u' : vec k) (T : R) : Prop :=
  0 <= T /\ forall x y, on_segment u u' x -> on_segment u u' y ->
    norm_le (mx (hess L x) - mx (hess L y)) (T * vectors.len (vectors.subv x y)).

(** The second derivative D^2 h(z): the Hessians of the components of h. *)
Definition second_derivative_of k d (h : vec d -> vec k) (z : vec d) : 'I_k -> 'M[R]_d :=
  fun a => mx (hess (comp h a) z).

Lemma between0 k (u u' : vec k) : between u u' 0 = u.
Proof.
apply: row_of_inj; apply/rowP => i; rewrite !mxE.
rewrite /between /vectors.addv /vectors.scalev /vectors.subv; change (0 : R) with R0; lra.
Qed.

Lemma between1 k (u u' : vec k) : between u u' 1 = u'.
Proof.
apply: row_of_inj; apply/rowP => i; rewrite !mxE.
rewrite /between /vectors.addv /vectors.scalev /vectors.subv; change (1 : R) with R1; lra.
Qed.

Lemma velocity_between k (u u' : vec k) t :
  has_velocity (between u u') t (vectors.subv u' u).
Proof.
move=> i; rewrite /between /vectors.addv /vectors.scalev.
by auto_derive => //; rewrite Rmult_1_l.
Qed.

Section Gradient.

Variables (k : nat) (L : vec k -> R) (u u' : vec k).
Hypothesis LC : forall x, on_segment u u' x -> C2 L x.
Let delta := row_of u' - row_of u.

(** |rho(u') - rho(u)| <= M e + T e^2 / 2 if |hess L| <= M + T e t at u + t (u' - u). *)
Lemma gradient_increment (M T e : R) : 0 <= M -> 0 <= T -> length_le delta e ->
  (forall t : R, Rle 0 t /\ Rle t 1 -> norm_le (mx (hess L (between u u' t))) (M + T * e * t)) ->
  length_le (row_of (grad L u') - row_of (grad L u)) (M * e + T * e ^+ 2 / 2%:R).
Proof.
move=> M0 T0 de hH; have [e0 dn] := de; set w := _ - _.
have b0 : 0 <= M * e + T * e ^+ 2 / 2%:R.
  by rewrite addr_ge0 ?mulr_ge0 ?invr_ge0 ?exprn_ge0 ?ler0n.
split=> //; pose a := Num.sqrt (sqn w).
have a0 : 0 <= a by apply: sqrtr_ge0.
have aw : sqn w = a ^+ 2 by rewrite sqr_sqrtr ?sqn_ge0.
pose g t := vectors.dot (vec_of w) (grad L (between u u' t)).
pose g' t := vectors.dot (vec_of w) (vectors.mulv (hess L (between u u' t)) (vectors.subv u' u)).
have dg t : Rle 0 t /\ Rle t 1 -> is_derive g t (g' t).
  move=> t01; apply: is_derive_sum => i; apply: is_derive_scal.
  apply: is_derive_grad; last exact: velocity_between.
  by apply: LC; exists t => //; apply/andP; split; apply/RleP; case: t01.
have bg t : Rle 0 t /\ Rle t 1 -> Rle (g' t) (Rmult (Rmult a e) (Rplus M (Rmult (Rmult T e) t))).
  move=> t01; apply/RleP; rewrite /g' dot_row vec_ofK row_mulv row_subv -/delta.
  have [m0 hm] := hH t t01; rewrite -[Rmult _ _]/(a * e * (M + T * e * t)) -mulrA.
  apply: le_trans (ler_norm _) _; apply: dot_le => //; rewrite ?aw ?mulr_ge0 //.
  apply: le_trans (hm _) _; rewrite mulrC exprMn.
  by apply: ler_wpmul2r; [apply: exprn_ge0 | apply: dn].
have := growth _ _ _ _ _ dg bg; have -> : Rminus (g (IZR 1)) (g (IZR 0)) = sqn w.
  rewrite /g; change (IZR 1) with (1 : R); change (IZR 0) with (0 : R).
  by rewrite between0 between1 !dot_row vec_ofK /sqn [in RHS]/w dotBr.
move=> /RleP; change (IZR 2) with (2%:R : R) => h.
have {}h : 2%:R * sqn w <= a * e * (2%:R * M + T * e) by [].
have {}h : a * a <= a * (M * e + T * e ^+ 2 / 2%:R).
  rewrite -expr2 -aw -(@ler_pmul2l _ 2%:R) ?ltr0Sn //.
  by apply: le_trans h _; rewrite le_eqVlt; apply/orP; left; apply/eqP; field.
have [a00|an] := eqVneq a 0; first by rewrite aw a00 expr0n exprn_ge0.
have {}h : a <= M * e + T * e ^+ 2 / 2%:R by rewrite -(@ler_pmul2l _ a) // lt_neqAle eq_sym an.
by rewrite aw ler_pexpn2r ?nnegrE.
Qed.

End Gradient.

Lemma segment_start k (u u' : vec k) : on_segment u u' u.
Proof. by exists 0; rewrite ?between0 // lexx ler01. Qed.

Lemma segment_end k (u u' : vec k) : on_segment u u' u'.
Proof. by exists 1; rewrite ?between1 // lexx ler01. Qed.

(** The point u + t (u' - u) is at most t eps0 away from u. *)
Lemma between_len k (u u' : vec k) eps0 t : length_le (row_of u' - row_of u) eps0 -> 0 <= t ->
  vectors.len (vectors.subv (between u u' t) u) <= eps0 * t.
Proof.
move=> [e0 de] t0; rewrite /vectors.len dot_row RsqrtE ?sqn_ge0 //.
have -> : row_of (vectors.subv (between u u' t) u) = t *: (row_of u' - row_of u).
  by rewrite row_subv row_addv addrC addKr; apply/rowP => i; rewrite !mxE.
rewrite -[dot _ _]/(sqn _) sqnZ mulrC; apply: le_sqr; first exact: mulr_ge0.
by rewrite sqr_sqrtr ?mulr_ge0 ?sqn_ge0 ?sqr_ge0 // exprMn ler_wpmul2r ?sqr_ge0.
Qed.

(** The bound with any bound drho of the change of the gradient. *)
Lemma star_core k d (loss : vec k -> R) (h hphi : vec d -> vec k) (z : vec d)
    (eps0 eps eps2 L K2 R0 M T drho : R) :
  (forall u, C2 loss u) -> C2map h z -> C2map hphi z ->
  length_le (row_of (hphi z) - row_of (h z)) eps0 ->
  norm_le (mx (jac hphi z) - mx (jac h z)) eps ->
  bilinear_le (fun a => second_derivative_of hphi z a - second_derivative_of h z a) eps2 ->
  norm_le (mx (jac h z)) L ->
  bilinear_le (second_derivative_of h z) K2 ->
  length_le (row_of (grad loss (h z))) R0 ->
  norm_le (mx (hess loss (h z))) M ->
  lipschitz_hessian loss (h z) (hphi z) T ->
  length_le (row_of (grad loss (hphi z)) - row_of (grad loss (h z))) drho ->
  norm_le (mx (effective loss hphi z) - mx (effective loss h z))
    (2%:R * L * M * eps + M * eps ^+ 2 + T * eps0 * (L + eps) ^+ 2 + R0 * eps2 +
     drho * (K2 + eps2)).
Proof.
move=> LC hC pC hd hE hB hJ hK hR hM hT dg.
have effE (g : vec d -> vec k) : C2map g z -> mx (effective loss g z) =
    effective_jet (row_of (grad loss (g z))) (mx (hess loss (g z))) (mx (jac g z))
      (second_derivative_of g z).
  move=> gC; rewrite effective_split // mx_addm /gauss_newton !mx_mulm mx_tr mulmxA.
  congr (_ + _); apply/matrixP => i j; rewrite mxE summxE.
  by apply: eq_bigr => a _; rewrite !mxE.
have dH : norm_le (mx (hess loss (hphi z)) - mx (hess loss (h z))) (T * eps0).
  have [T0 hl] := hT; apply: norm_leW (hl _ _ (segment_end _ _) (segment_start _ _)).
  apply: ler_wpmul2l => //.
  by have := between_len hd ler01; rewrite between1 mulr1.
rewrite !effE //; apply: effective_bound => //.
- exact: sym_hess.
- exact: sym_hess.
- by move=> a; apply: sym_hess.
- by move=> a; apply: sym_hess.
Qed.

(** Part [star]. At a point z let |h_phi - h| <= eps0, |J_phi - J| <= eps,
    |D^2 h_phi - D^2 h| <= eps2, |J| <= L, |D^2 h| <= K2, |grad loss (h)| <= R,
    |hess loss (h)| <= M, and let hess loss be Lipschitz with constant T on the
    segment [h, h_phi]. Then |H_eff^phi - H_eff| <= 2 L M eps + M eps^2 +
    T eps0 (L + eps)^2 + R eps2 + (M eps0 + T eps0^2 / 2) (K2 + eps2). *)
Theorem part_star k d (loss : vec k -> R) (h hphi : vec d -> vec k) (z : vec d)
    (eps0 eps eps2 L K2 R0 M T : R) :
  (forall u, C2 loss u) -> C2map h z -> C2map hphi z ->
  length_le (row_of (hphi z) - row_of (h z)) eps0 ->
  norm_le (mx (jac hphi z) - mx (jac h z)) eps ->
  bilinear_le (fun a => second_derivative_of hphi z a - second_derivative_of h z a) eps2 ->
  norm_le (mx (jac h z)) L ->
  bilinear_le (second_derivative_of h z) K2 ->
  length_le (row_of (grad loss (h z))) R0 ->
  norm_le (mx (hess loss (h z))) M ->
  lipschitz_hessian loss (h z) (hphi z) T ->
  norm_le (mx (effective loss hphi z) - mx (effective loss h z))
    (2%:R * L * M * eps + M * eps ^+ 2 + T * eps0 * (L + eps) ^+ 2 + R0 * eps2 +
     (M * eps0 + T * eps0 ^+ 2 / 2%:R) * (K2 + eps2)).
Proof.
move=> LC hC pC hd hE hB hJ hK hR hM hT; apply: (star_core LC hC pC hd hE hB hJ hK hR hM hT).
have [T0 hl] := hT; have M0 := norm_le0 hM; have [e0 _] := hd.
apply: gradient_increment => // t [/RleP t0 /RleP t1].
have st : on_segment (h z) (hphi z) (between (h z) (hphi z) t) by exists t => //; apply/andP.
have := norm_leD hM (norm_leW _ (hl _ _ st (segment_start _ _))); rewrite addrC subrK; apply.
by rewrite -mulrA ler_wpmul2l // between_len.
Qed.

(** Part [star], the other form. Where M' bounds |hess loss| on the segment,
    M' eps0 may replace M eps0 + T eps0^2 / 2. *)
Theorem part_star_segment k d (loss : vec k -> R) (h hphi : vec d -> vec k) (z : vec d)
    (eps0 eps eps2 L K2 R0 M M' T : R) :
  (forall u, C2 loss u) -> C2map h z -> C2map hphi z ->
  length_le (row_of (hphi z) - row_of (h z)) eps0 ->
  norm_le (mx (jac hphi z) - mx (jac h z)) eps ->
  bilinear_le (fun a => second_derivative_of hphi z a - second_derivative_of h z a) eps2 ->
  norm_le (mx (jac h z)) L ->
  bilinear_le (second_derivative_of h z) K2 ->
  length_le (row_of (grad loss (h z))) R0 ->
  norm_le (mx (hess loss (h z))) M ->
  lipschitz_hessian loss (h z) (hphi z) T ->
  (forall x, on_segment (h z) (hphi z) x -> norm_le (mx (hess loss x)) M') ->
  norm_le (mx (effective loss hphi z) - mx (effective loss h z))
    (2%:R * L * M * eps + M * eps ^+ 2 + T * eps0 * (L + eps) ^+ 2 + R0 * eps2 +
     M' * eps0 * (K2 + eps2)).
Proof.
move=> LC hC pC hd hE hB hJ hK hR hM hT hM'; apply: star_core hT _ => //.
have M'0 := norm_le0 (hM' _ (segment_start _ _)).
have := @gradient_increment _ loss (h z) (hphi z) _ M' 0 eps0 M'0 (lexx _) hd.
rewrite !mul0r addr0; apply=> // t [/RleP t0 /RleP t1].
by rewrite mul0r addr0; apply: hM'; exists t => //; apply/andP.
Qed.
